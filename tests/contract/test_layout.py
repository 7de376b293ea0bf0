"""Every module has its tests, and none beside a program is called like something that Python has or has installed."""

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.infra import stacks

INFRA = stacks.CHECKOUT / "infra"
# Tested through what they give to the components and stacks.
WITHOUT = {
    "__init__",
    "foundation/foundation",
    "local/config",
    "monitoring/config",
    "platform/__main__",
    "platform/config",
    "serving/__main__",
    "serving/config",
    "shared/versions",
    "shared/workloads",
}
SOURCES = sorted(
    path for path in INFRA.rglob("*.py") if path.stem != "__init__" and f"{path.parent.name}/{path.stem}" not in WITHOUT
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(INFRA)))
def test_it_has_a_test_file(source: Path) -> None:
    place = source.relative_to(INFRA)
    mirrored = stacks.CHECKOUT / "tests/infra" / place.with_name(f"test_{place.stem.strip('_')}.py")
    assert mirrored.exists(), f"{mirrored} is missing"


@pytest.mark.parametrize("folder", [INFRA / "platform", INFRA / "serving", stacks.CHECKOUT / "policies"])
def test_no_module_beside_a_program_hides_another(folder: Path) -> None:
    # Pulumi puts the program's folder first on the import path.
    beside = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not beside & (sys.stdlib_module_names | packages_distributions().keys()) - {"__main__", "__init__"}
