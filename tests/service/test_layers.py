"""Which module may know which: the order in docs of the service, read from the imports themselves."""

import ast
from pathlib import Path

import service

ROOT = Path(service.__file__).parent
LEAVES: dict[str, set[str]] = {
    "costs": {"model"},
    "errors": set(),
    "garbage": {"model"},
    "heartbeat": set(),
    "logs": set(),
    "model": set(),
    "settings": set(),
    "tallies": set(),
    "traces": {"errors"},
}
"""Modules at the bottom, and what of the service each may know."""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): imports(path)
    for path in ROOT.rglob("*.py")
    if path.name != "__init__.py"
}


def importers(prefix: str) -> set[str]:
    return {name for name, names in MODULES.items() if any(f"{each}.".startswith(f"{prefix}.") for each in names)}


def test_one_file_knows_tensorflow() -> None:
    assert importers("tensorflow") == {"tensorflow_model"}
    assert importers("service.tensorflow_model") == {"__main__"}


def test_one_room_knows_opentelemetry_and_is_entered_in_one_place() -> None:
    assert importers("opentelemetry") == {"tracing.delivery", "tracing.spans"}
    assert importers("service.tracing") == {"server", "tracing.spans"}


def test_routes_are_known_where_they_are_put_together() -> None:
    assert importers("service.routes") - {"routes.together"} == {"app", "monitoring", "processes"}
    assert importers("service.app") == {"server"}
    assert importers("service.server") == {"processes"}
    assert importers("service.processes") == {"__main__"}


def test_leaves_know_nothing_of_the_service_but_each_other() -> None:
    for name, known in LEAVES.items():
        ours = {each.split(".")[1] for each in MODULES[name] if each.startswith("service.")}
        assert ours == known, name


def test_what_answers_knows_no_http_and_protocols_know_nothing_of_batches() -> None:
    web = importers("fastapi") | importers("starlette.requests") | importers("uvicorn") | importers("httptools")
    inner = {"admission", "batching", "costs", "distributions", "golden", "loading", "metrics", "model", "schemas"}
    assert web & (inner | {"tabular", "tallies", "tensorflow_model", "protocols.article"}) == set()
    assert importers("service.batching") == {"lifecycle", "loading"}


def test_every_module_has_its_tests() -> None:
    tests = Path(__file__).parent
    for name in MODULES.keys() - {"__main__", "verify.__main__"}:
        *folders, last = name.split(".")
        assert tests.joinpath(*folders, f"test_{last}.py").is_file(), name
