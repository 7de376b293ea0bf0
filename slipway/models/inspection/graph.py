"""Reading a SavedModel's graph as data: nothing of it is run or loaded here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from slipway.errors import Refused
from slipway.models.inspection.operations import Operations
from slipway.models.inspection.reach import reached_by_name, reached_functions, reached_nodes

# Protocol buffer messages of TensorFlow, which have no types.
_Message: TypeAlias = Any

_OBJECT_KINDS: Final = frozenset(
    {"user_object", "variable", "function", "bare_concrete_function", "constant", "captured_tensor", "resource"}
)

_INITIALISER: Final = "__saved_model_init_op"
"""Name of the pseudo-signature that fills the model's tables before it serves."""

_PACKAGING: Final = frozenset(
    {"Identity", "IdentityN", "NoOp", "Placeholder", "PartitionedCall", "StatefulPartitionedCall"}
)
"""Operations that compute nothing: how functions are wrapped, which may differ when a model is saved again."""


@dataclass(frozen=True)
class Graph:
    """What a graph that passed the checks says of itself.

    Attributes:
        outputs: names of the signature's outputs, sorted.
        operations: names of the operations that the signature computes with, sorted; each as often as it stands there.
        constants: the TensorProto of each constant among them.
    """

    outputs: tuple[str, ...]
    operations: tuple[str, ...]
    constants: tuple[_Message, ...]


def check_graph(folder: Path, signature: str) -> Graph:
    """Check every operation of the SavedModel in `folder` against the list of those allowed.

    Raises:
        Refused: it is no SavedModel of TensorFlow 2, has no such signature, needs files of its own, uses an
            operation that is not allowed, or changes its own state when it is called.
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
    operations = Operations.load()
    _check_operations(meta, operations)
    _check_state(_run(meta, [signature]), operations)
    serving = [node for nodes in _run(meta, [signature, _INITIALISER]).values() for node in nodes]
    return Graph(
        outputs=tuple(sorted(meta.signature_def[signature].outputs)),
        operations=tuple(sorted(node.op for node in serving if node.op not in _PACKAGING)),
        constants=tuple(node.attr["value"].tensor for node in serving if node.op == "Const"),
    )


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


def _functions(meta: _Message) -> dict[str, _Message]:
    return {function.signature.name: function for function in meta.graph_def.library.function}


def _run(meta: _Message, signatures: Iterable[str]) -> dict[str, list[_Message]]:
    """All nodes that calls of these signatures run, by where they stand: the graph, or a function.

    A signature is found twice: among the graph's, and among the model's objects, which is what the loader calls.
    """
    functions = _functions(meta)
    outputs = [meta.signature_def[name].outputs for name in signatures if name in meta.signature_def]
    nodes = reached_nodes(meta.graph_def.node, [tensor.name for each in outputs for tensor in each.values()])
    called = reached_functions(functions, nodes) | reached_by_name(functions, _concrete(meta, signatures))
    return {"the graph": nodes} | {f"function {name}": [*functions[name].node_def] for name in sorted(called)}


def _concrete(meta: _Message, signatures: Iterable[str]) -> Iterator[str]:
    """Names of the functions that the signatures are among the model's objects."""
    objects = meta.object_graph_def.nodes
    maps = [objects[child.node_id] for child in objects[0].children if child.local_name == "signatures"]
    for found in (child for each in maps for child in each.children if child.local_name in signatures):
        yield objects[found.node_id].bare_concrete_function.concrete_function_name
        yield from objects[found.node_id].function.concrete_functions


def _check_operations(meta: _Message, operations: Operations) -> None:
    functions = _functions(meta)
    saver_nodes = {name.split(":")[0] for name in (meta.saver_def.save_tensor_name, meta.saver_def.restore_op_name)}
    saver = reached_functions(functions, [node for node in meta.graph_def.node if node.name in saver_nodes])
    # Everything that is not the saver's alone counts as served, also what nothing seems to call.
    others = [node for node in meta.graph_def.node if node.name not in saver_nodes]
    others += [node for name in functions.keys() - saver for node in functions[name].node_def]
    served = (functions.keys() - saver) | reached_functions(functions, others)
    served |= reached_by_name(functions, meta.object_graph_def.concrete_functions)

    for node in meta.graph_def.node:
        _check(node, "the graph", operations.allowed, operations)
    for name, function in functions.items():
        allowed = operations.allowed if name in served else operations.allowed | operations.saver_only
        for node in function.node_def:
            _check(node, f"function {name}", allowed, operations)


def _check_state(places: Mapping[str, list[_Message]], operations: Operations) -> None:
    for where, nodes in places.items():
        for node in nodes:
            if node.op in operations.changing:
                raise Refused(
                    f"operation {node.op} ({node.name} in {where}) is not allowed in what the signature runs: it "
                    "changes what later calls answer; assign in an initialiser, or export a function that only computes"
                )


def _check(node: _Message, where: str, allowed: frozenset[str], operations: Operations) -> None:
    if node.op not in allowed:
        raise Refused(f"operation {node.op} ({node.name} in {where}) is not allowed: {operations.reason(node.op)}")
