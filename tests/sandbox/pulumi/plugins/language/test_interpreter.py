import sys
from pathlib import Path

import pytest

from sandbox.pulumi.plugins.language.interpreter import InterpreterMissing, find


def environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_without_options_the_program_runs_in_the_hosts_own_environment(tmp_path: Path) -> None:
    found = find(tmp_path, tmp_path, {})

    assert found.python == Path(sys.executable)
    assert found.activated({"PATH": "/bin"}) == {"PATH": "/bin"}


def test_a_named_environment_is_relative_to_the_project(tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")

    found = find(tmp_path, tmp_path / "program", {"virtualenv": "venv"})

    assert found.python == python
    assert found.activated({"PATH": "/bin", "PYTHONHOME": "/x"}) == {
        "PATH": f"{tmp_path}/venv/bin:/bin",
        "VIRTUAL_ENV": f"{tmp_path}/venv",
    }


def test_uv_means_the_environment_beside_the_lock_above_the_program(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").touch()
    python = environment(tmp_path / ".venv")
    program = tmp_path / "infra" / "serving"

    assert find(program, program, {"toolchain": "uv"}).python == python


def test_a_named_environment_that_is_not_there_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(InterpreterMissing, match=f"{tmp_path}/venv: create it"):
        find(tmp_path, tmp_path, {"virtualenv": "venv"})


def test_uv_without_its_environment_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").touch()

    with pytest.raises(InterpreterMissing, match="run `uv sync`"):
        find(tmp_path, tmp_path, {"toolchain": "uv"})


def test_uv_without_a_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InterpreterMissing, match=r"no uv\.lock in"):
        find(tmp_path, tmp_path, {"toolchain": "uv"})
