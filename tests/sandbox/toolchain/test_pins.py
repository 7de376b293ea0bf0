"""The pins must be complete: a build from a fresh clone has nothing else to go by."""

import re
from pathlib import Path

import pytest

from sandbox.errors import BuildError
from sandbox.toolchain import images, manifests, programs
from sandbox.toolchain.golang import Module
from sandbox.toolchain.programs import BUILDS, MODULES

PINNED = [one for one in BUILDS if one.module]
PINS = [*(Module(MODULES / one.name, one.module) for one in PINNED if one.module), manifests.KARPENTER]


@pytest.mark.parametrize("pin", PINS, ids=lambda pin: pin.folder.name)
def test_every_module_has_a_version_and_a_checksum(pin: Module) -> None:
    # A release, or the one commit of a module that has none of its own.
    assert re.fullmatch(r"v\d+\.\d+\.\d+(-\d{14}-[0-9a-f]{12})?", pin.version)
    assert re.fullmatch(r"h1:\S+=", pin.checksum)


PROGRAMS = [name for name in images.IMAGES if name != "pause"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_has_the_version_of_the_module_that_its_program_is_built_from(name: str) -> None:
    one = next(one for one in PINNED if images.IMAGES[name].program in one.commands)
    assert one.module
    version = Module(MODULES / one.name, one.module).version
    released = programs.release(version) if one.name == "prometheus" else version
    # Its own tags have no `v` in front.
    assert images.IMAGES[name].reference.endswith(f":{released.removeprefix('v') if one.name == 'keda' else released}")


@pytest.mark.parametrize(("version", "release"), [("v0.316.0", "v3.16.0"), ("v0.305.12", "v3.5.12")])
def test_prometheus_counts_its_releases_otherwise_than_its_modules(version: str, release: str) -> None:
    assert programs.release(version) == release


def test_every_image_holds_a_program_that_is_built() -> None:
    built = {command for one in programs.BUILDS for command in one.commands}
    assert {image.program for image in images.IMAGES.values()} <= built


def test_a_module_without_a_checksum_is_refused(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module x\n\nrequire example.org/tool v1.2.3\n")
    (tmp_path / "go.sum").write_text("example.org/tool v1.2.4 h1:x=\n")
    pin = Module(tmp_path, "example.org/tool")
    assert pin.version == "v1.2.3"
    with pytest.raises(BuildError, match=r"no checksum of example.org/tool v1.2.3"):
        _ = pin.checksum
