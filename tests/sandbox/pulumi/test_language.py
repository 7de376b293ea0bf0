"""What the language host does beyond running a program with its own interpreter."""

import os
import sys
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError
from tests.sandbox.pulumi.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]

SHOW = """
    import os, sys
    pulumi.export("prefix", sys.prefix)
    pulumi.export("VIRTUAL_ENV", os.environ.get("VIRTUAL_ENV"))
    pulumi.export("folder", os.getcwd())
    inherited = [name for name in os.environ if name.startswith("PULUMI_CONFIG")]
    pulumi.export("names", inherited)
"""


def describe(project: Project, **options: str) -> None:
    """Write a Pulumi.yaml with `runtime.options`."""
    lines = "".join(f"    {name}: {value}\n" for name, value in options.items())
    text = f"name: {project.name}\nruntime:\n  name: python\n  options:\n{lines}"
    (project.folder / "Pulumi.yaml").write_text(text)


def environment(folder: Path) -> Path:
    """A virtual environment that borrows this one's packages."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages.mkdir(parents=True)
    (packages / "site-packages").symlink_to(next(Path(sys.prefix).glob("lib/python*/site-packages")))
    return folder


@pytest.mark.parametrize("options", [{"toolchain": "uv"}, {"virtualenv": ".venv"}], ids=str)
def test_a_program_runs_in_the_environment_that_its_project_names(project: Project, options: dict[str, str]) -> None:
    describe(project, **options)
    (project.folder / "uv.lock").touch()
    virtualenv = environment(project.folder / ".venv")
    project.program(SHOW)
    stack = project.stack()

    stack.up()

    assert stack.outputs() == {
        "prefix": str(virtualenv),
        "VIRTUAL_ENV": str(virtualenv),
        "folder": str(project.folder),
        "names": ["PULUMI_CONFIG_PASSPHRASE_FILE"],
    }


def test_a_named_environment_that_is_missing_is_an_error_with_the_remedy(project: Project) -> None:
    describe(project, virtualenv="venv")

    with pytest.raises(EngineError, match=f"no Python environment at {project.folder}/venv: create it"):
        project.stack().preview()


def test_a_provider_that_is_python_source_is_run(project: Project) -> None:
    plugin = project.folder / "plugin"
    plugin.mkdir()
    (plugin / "PulumiPlugin.yaml").write_text("runtime: python\n")
    os.symlink(Path(__file__).with_name("files_provider.py"), plugin / "__main__.py")
    text = f"name: {project.name}\nruntime: python\nplugins:\n  providers:\n    - name: files\n      path: plugin\n"
    (project.folder / "Pulumi.yaml").write_text(text)
    project.program('pulumi.CustomResource("files:index:File", "one", {"data": "1"})')

    project.stack().up()

    assert list(project.objects.values()) == ["1"]
