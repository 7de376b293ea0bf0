"""Every component and module has its tests, and none is called like something that Python has."""

import sys
from pathlib import Path

import pytest

from tests.infra import stacks

INFRA = stacks.CHECKOUT / "infra"
# Tested through what they give to the components and stacks.
WITHOUT = {
    "__init__",
    "__main__",
    "availability",
    "config",
    "ordering",
    "placement",
    "rights",
    "security",
    "traffic",
    "traefik",
    "verifier",
    "versions",
}
SOURCES = sorted(path for path in INFRA.rglob("*.py") if path.stem not in WITHOUT)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(INFRA)))
def test_it_has_a_test_file(source: Path) -> None:
    place = source.relative_to(INFRA)
    mirrored = stacks.CHECKOUT / "tests/infra" / place.with_name(f"test_{place.name}")
    covered = mirrored.with_name("test_stack.py") if place == Path("platform/stack.py") else mirrored
    assert covered.exists(), f"{covered} is missing"


@pytest.mark.parametrize("folder", [INFRA / "platform", INFRA / "serving", stacks.CHECKOUT / "policies"])
def test_no_module_beside_a_program_hides_one_of_pythons(folder: Path) -> None:
    # Pulumi puts the program's folder first on the import path.
    ours = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not ours & sys.stdlib_module_names - {"__main__"}


@pytest.mark.parametrize("component", sorted(INFRA.rglob("components/*.py")), ids=lambda path: path.stem)
def test_a_component_fits_on_a_page(component: Path) -> None:
    assert len(component.read_text().splitlines()) <= 150
