"""Knowledge flows one way: which part may know which, read from the imports themselves."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from tests.infra.stacks import CHECKOUT

# Each part, and the parts of ours that it may know beside itself.
KNOWS: Final[dict[str, set[str]]] = {
    "imagestore": {"modelstore"},
    "modelstore": set(),
    "panels": set(),
    "policies": set(),
    "service": {"modelstore"},
    "slipway": {"imagestore", "modelstore", "panels", "service"},
    "infra": set(),
    "infra.shared": set(),
    "infra.platform": {"infra.shared", "modelstore"},
    "infra.serving": {"imagestore", "infra.shared", "modelstore", "panels"},
    "benchmarks": {"modelstore", "service"},
    "examples": {"slipway"},
    "sandbox": {"infra", "service"},
    "sandbox.toolchain": {"sandbox", "infra.platform"},
    "sandbox.aws": {"sandbox"},
    "sandbox.eks": {"sandbox"},
    "sandbox.kubernetes": {"sandbox", "sandbox.toolchain"},
    "sandbox.pulumi": {"sandbox", "sandbox.pulumi.plugins"},
    "sandbox.pulumi.plugins": {"sandbox"},
    "sandbox.journey": {
        "sandbox",
        "infra",
        "infra.shared",
        "service",
        "sandbox.aws",
        "sandbox.toolchain",
        "sandbox.kubernetes",
        "sandbox.pulumi",
        "sandbox.pulumi.plugins",
    },
}
# Modules of `sandbox` itself that stand above its parts: the command line, and the choice of a driver.
ABOVE: Final = {"sandbox.__main__", "sandbox.cli", "sandbox.lifecycle", "sandbox.shell", "sandbox.kubeconfig"}
TOP: Final = {part.split(".")[0] for part in KNOWS}
SOURCES: Final = {
    ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__"): path
    for top in TOP
    for path in (CHECKOUT / top).rglob("*.py")
}


def imports(path: Path) -> Iterator[str]:
    """The modules of ours that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in SOURCES)
        elif isinstance(node, ast.ImportFrom) and node.module in SOURCES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in SOURCES else node.module


IMPORTS: Final = {module: set(imports(path)) - {module} for module, path in SOURCES.items()}


def part_of(module: str) -> str:
    """The innermost part that a module belongs to."""
    return max((part for part in KNOWS if f"{module}.".startswith(f"{part}.")), key=len)


@pytest.mark.parametrize("part", KNOWS)
def test_a_part_knows_only_what_it_may(part: str) -> None:
    ours = {module for module in IMPORTS if part_of(module) == part and module not in ABOVE}
    found = {(module, other) for module in ours for other in IMPORTS[module] if part_of(other) != part}
    assert {pair for pair in found if part_of(pair[1]) not in KNOWS[part]} == set()


def test_no_modules_know_each_other_in_a_circle() -> None:
    # What a package exports for others is no reason for a module in it to come after them.
    graph = {m: {o for o in others if not m.startswith(f"{o}.")} for m, others in IMPORTS.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))
