"""The AWS server is installed whole, runs without this checkout, and is made once."""

import sys
from pathlib import Path

import pytest

from sandbox.errors import BuildError
from sandbox.state import State
from sandbox.toolchain import aws
from tests.sandbox.aws.running import Running


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


def test_the_installed_server_serves_with_its_own_files_alone(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BuildError, match="run `make setup`"):
        aws.installed(state)
    folder = aws.install(state)
    assert aws.installed(state) == folder
    made = folder.stat().st_ino
    assert aws.install(state).stat().st_ino == made

    monkeypatch.chdir(tmp_path)  # where no package of ours lies
    with Running(tmp_path / "data", tuple(aws.command(folder, aws.SERVER))) as server:
        server.client("s3").create_bucket(
            Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        # What it has mapped is of the folder, or of the Python that outlives every environment.
        mapped = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert str(folder) in mapped
        assert sys.prefix not in mapped
        assert aws.runs_from(folder)
    assert not aws.runs_from(folder)


def test_the_key_changes_with_the_source_and_with_a_package(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BuildError):
        aws.installed(state)
    now = state.tools / "aws" / aws.key()
    now.mkdir(parents=True)
    assert aws.installed(state) == now

    monkeypatch.setattr(aws, "SOURCES", aws.SOURCES[:-1])
    with pytest.raises(BuildError):
        aws.installed(state)
    monkeypatch.undo()
    monkeypatch.setattr(aws, "NEEDS", "moto")
    with pytest.raises(BuildError):
        aws.installed(state)


def test_the_source_imports_nothing_else_of_the_project() -> None:
    for source in aws.SOURCES:
        for line in source.read_text().splitlines():
            if "sandbox" in line and line.startswith(("import", "from")):
                ours = tuple(f"from sandbox.{part}{after}" for part in ("aws", "eks") for after in (" import", "."))
                assert line.startswith(ours), f"{source}: {line}"
