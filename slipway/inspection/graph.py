"""Reading a SavedModel's graph as data: nothing of it is run or loaded here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from slipway.errors import Refused
from slipway.inspection.operations import Operations

# Protocol buffer messages of TensorFlow, which have no types.
_Message: TypeAlias = Any

_OBJECT_KINDS: Final = frozenset(
    {"user_object", "variable", "function", "bare_concrete_function", "constant", "captured_tensor", "resource"}
)


@dataclass(frozen=True)
class Graph:
    """What a graph that passed the checks says of itself.

    Attributes:
        outputs: names of the signature's outputs, sorted.
        operations: names of all operations outside of the saver, sorted.
    """

    outputs: tuple[str, ...]
    operations: tuple[str, ...]


def check_graph(folder: Path, signature: str) -> Graph:
    """Check every operation of the SavedModel in `folder` against the list of those allowed.

    Raises:
        Refused: it is no SavedModel of TensorFlow 2, has no such signature, needs files of its own, or uses an
            operation that is not allowed.
    """
    meta = _meta_graph(folder / "saved_model.pb")
    if signature not in meta.signature_def:
        found = ", ".join(sorted(name for name in meta.signature_def if not name.startswith("__")))
        raise Refused(f"the model has no signature {signature!r}; there are: {found or 'none'}")
    if meta.asset_file_def:
        raise Refused(f"the model needs the file {meta.asset_file_def[0].filename!r}; put its content into variables")
    for node in meta.object_graph_def.nodes:
        kind = node.WhichOneof("kind")
        if kind not in _OBJECT_KINDS or node.registered_saver:
            raise Refused(f"the model has an object of the kind {kind}, which cannot be served")
    operations = _check_operations(meta, Operations.load())
    return Graph(tuple(sorted(meta.signature_def[signature].outputs)), tuple(sorted(operations)))


def _meta_graph(path: Path) -> _Message:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    saved: _Message = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise Refused(f"{path.name} is damaged: {error}") from error
    graphs = [meta for meta in saved.meta_graphs if "serve" in meta.meta_info_def.tags]
    if len(graphs) != 1 or len(saved.meta_graphs) != 1:
        raise Refused(f"{path.name} has {len(saved.meta_graphs)} graphs; it must have one, with the tag 'serve'")
    [meta] = graphs
    if not meta.object_graph_def.nodes:
        raise Refused(f"{path.name} was written by TensorFlow 1; write it again with tf.saved_model.save")
    return meta


def _check_operations(meta: _Message, operations: Operations) -> set[str]:
    """Check all nodes; returns the operations that are used outside of the saver."""
    functions = {function.signature.name: function for function in meta.graph_def.library.function}
    saver_nodes = {name.split(":")[0] for name in (meta.saver_def.save_tensor_name, meta.saver_def.restore_op_name)}
    saver = _reached(functions, [node for node in meta.graph_def.node if node.name in saver_nodes])
    # Everything that is not the saver's alone counts as served, also what nothing seems to call.
    others = [node for node in meta.graph_def.node if node.name not in saver_nodes]
    others += [node for name in functions.keys() - saver for node in functions[name].node_def]
    served = (functions.keys() - saver) | _reached(functions, others)
    served |= _reached_by_name(functions, meta.object_graph_def.concrete_functions)

    used: set[str] = set()
    for node in meta.graph_def.node:
        used.add(_checked(node, "the graph", operations.allowed, operations))
    for name, function in functions.items():
        allowed = operations.allowed if name in served else operations.allowed | operations.saver_only
        found = {_checked(node, f"function {name}", allowed, operations) for node in function.node_def}
        used |= found if name in served else set()
    return used


def _checked(node: _Message, where: str, allowed: frozenset[str], operations: Operations) -> str:
    if node.op not in allowed:
        raise Refused(f"operation {node.op} ({node.name} in {where}) is not allowed: {operations.reason(node.op)}")
    return node.op


def _reached(functions: dict[str, _Message], nodes: Iterable[_Message]) -> set[str]:
    """Names of all functions that the nodes call, directly or through others."""
    return _reached_by_name(functions, [name for node in nodes for name in _called(node)])


def _reached_by_name(functions: dict[str, _Message], names: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = [name for name in names if name in functions]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [called for node in functions[name].node_def for called in _called(node) if called in functions]
    return reached


def _called(node: _Message) -> Iterator[str]:
    if node.op:
        yield node.op  # a node may name a function as its operation
    for value in node.attr.values():
        if value.HasField("func"):
            yield value.func.name
        yield from (function.name for function in value.list.func)
