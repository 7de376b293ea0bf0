"""Projects for the real CLI, in a state directory of their own."""

import pytest

from sandbox.pulumi import installation
from sandbox.pulumi.installation import Launcher
from sandbox.state import State
from tests.installed import installed
from tests.sandbox.pulumi.project import Project


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A state directory set up once for all of these tests, whose objects are files."""
    state = installed(tmp_path_factory.mktemp("state"))
    command = installation.standin("tests.sandbox.pulumi.files_provider")
    Launcher(installation.place(state, "kubernetes"), command).install()
    return state


@pytest.fixture
def project(state: State, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project without configuration."""
    folder, store = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("store")
    (store / "objects").mkdir()
    (store / "hold").mkdir()
    (store / "calls").touch()
    monkeypatch.setenv("FILES_STORE", str(store))
    (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")
    project = Project(folder, store, state)
    project.configure()
    project.program("")
    return project
