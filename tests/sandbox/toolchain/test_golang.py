"""How Go is called: nothing of the user's settings, and nothing outside of the state directory."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox.errors import BuildError
from sandbox.state import State
from sandbox.toolchain.golang import Go

PROGRAM = """#!/bin/sh
[ -d "$GOTMPDIR" ] && env > "$PWD/environment" && echo "$@" > "$PWD/arguments"
"""


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    """Go, with a program in its place that writes down how it is called."""
    program = tmp_path / "go" / "bin" / "go"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM)
    found = ModuleSpec("go", None, is_package=True)
    found.submodule_search_locations = [str(tmp_path / "go")]
    monkeypatch.setattr(importlib.util, "find_spec", Mock(return_value=found))
    monkeypatch.setenv("GOFLAGS", "-race")
    monkeypatch.setenv("GOPROXY", "https://proxy.example")
    return Go(State(tmp_path / "state"))


def build(go: Go, folder: Path) -> dict[str, str]:
    go.build(folder, ".", folder / "program", ["-s"], experiment="nojsonv2", tags=("netgo", "osusergo"))
    return dict(line.split("=", 1) for line in (folder / "environment").read_text().splitlines() if "=" in line)


def test_only_the_registry_is_the_users_choice(go: Go, tmp_path: Path) -> None:
    environment = build(go, tmp_path)

    assert environment["GOENV"] == environment["GOWORK"] == "off"
    assert environment["GOFLAGS"] == "-modcacherw -buildvcs=false"
    assert environment["GOPROXY"] == "https://proxy.example"
    assert environment["GOEXPERIMENT"] == "nojsonv2"


def test_a_build_has_its_tags(go: Go, tmp_path: Path) -> None:
    build(go, tmp_path)
    assert " -tags netgo,osusergo " in (tmp_path / "arguments").read_text()


def test_everything_passing_is_below_the_caches_that_are_dropped(go: Go, tmp_path: Path) -> None:
    environment = build(go, tmp_path)

    for name in ("GOCACHE", "GOMODCACHE", "GOTMPDIR"):
        assert environment[name].startswith(f"{go.caches}/")
    go.drop_caches()
    assert not list((tmp_path / "state").iterdir())


def test_a_build_that_fails_is_named_with_its_folder(go: Go, tmp_path: Path) -> None:
    (tmp_path / "go" / "bin" / "go").write_text("#!/bin/sh\necho 'main.go:1: undefined: x' >&2; exit 1\n")
    with pytest.raises(BuildError, match=rf"^`go build -mod=readonly` in {tmp_path} failed: ") as failed:
        build(go, tmp_path)

    assert failed.value.log == "main.go:1: undefined: x"
