"""What of a graph can be reached from where: nodes through their inputs, functions through their calls."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

# Protocol buffer messages of TensorFlow, which have no types.
Node: TypeAlias = Any
Functions: TypeAlias = Mapping[str, Any]


def reached_nodes(nodes: Iterable[Node], names: Iterable[str]) -> list[Node]:
    """The nodes of a graph that those named need, themselves included."""
    known = {node.name: node for node in nodes}
    found: dict[str, Node] = {}
    waiting = [*names]
    while waiting:
        name = waiting.pop().removeprefix("^").partition(":")[0]
        if name in known and name not in found:
            found[name] = known[name]
            waiting += known[name].input
    return [*found.values()]


def reached_functions(functions: Functions, nodes: Iterable[Node]) -> set[str]:
    """Names of all functions that the nodes call, directly or through others."""
    return reached_by_name(functions, [name for node in nodes for name in _called(node)])


def reached_by_name(functions: Functions, names: Iterable[str]) -> set[str]:
    """Names of these functions, and of all that they call or that may be called in their place."""
    reached: set[str] = set()
    twins = _twins(functions)
    waiting = [name for name in names if name in functions]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [called for node in functions[name].node_def for called in _called(node) if called in functions]
            waiting += twins.get(_interface(functions[name]), ())
    return reached


def _twins(functions: Functions) -> dict[bytes, list[str]]:
    """Functions that say to be the same for different devices: TensorFlow takes the one that suits the machine."""
    found: dict[bytes, list[str]] = {}
    for name, function in functions.items():
        if interface := _interface(function):
            found.setdefault(interface, []).append(name)
    return found


def _interface(function: Any) -> bytes:
    return function.attr["api_implements"].s if "api_implements" in function.attr else b""


def _called(node: Node) -> Iterator[str]:
    if node.op:
        yield node.op  # a node may name a function as its operation
    for value in node.attr.values():
        if value.HasField("func"):
            yield value.func.name
        yield from (function.name for function in value.list.func)
