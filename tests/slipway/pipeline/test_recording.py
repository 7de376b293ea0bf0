import subprocess
from pathlib import Path

import pytest

from slipway.errors import Refused
from slipway.pipeline.checkout import RECORDED, Checkout, GitFailed
from slipway.pipeline.recording import record
from tests.slipway.pipeline.repository import Repository

FILE = "Pulumi.prod.yaml"


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "origin")
    found.commit(FILE, "version: 1.0.0\nweight: 10\n\n\n\nroute: /x\n")
    found.git("switch", "--quiet", "--create", "elsewhere")  # so that main may be pushed to
    return found


@pytest.fixture
def clone(origin: Repository, tmp_path: Path) -> Repository:
    folder = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--branch=main", str(origin.folder), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return Repository(folder)


def release(clone: Repository, version: str = "1.1.0") -> Path:
    file = clone.folder / FILE
    file.write_text(file.read_text().replace("1.0.0", version))
    return file


def main(origin: Repository) -> str:
    return origin.git("show", f"main:{FILE}")


def test_what_was_released_is_written_down(origin: Repository, clone: Repository) -> None:
    (clone.folder / "published.json").write_text("{}")
    commit = record(clone.checkout, [release(clone)], "pump 1.1.0", "origin", "main")
    assert commit == origin.git("rev-parse", "main")
    assert "version: 1.1.0" in main(origin)
    assert origin.git("log", "-1", "--format=%B", "main") == f"release: pump 1.1.0\n\n{RECORDED}"
    assert origin.git("show", "--name-only", "--format=", "main") == FILE


def test_nothing_new_is_no_commit(origin: Repository, clone: Repository) -> None:
    before = clone.checkout.head()
    assert record(clone.checkout, [clone.folder / FILE], "pump", "origin", "main") is None
    assert clone.checkout.head() == before


def test_without_a_remote_it_stays_here(origin: Repository, clone: Repository) -> None:
    assert record(clone.checkout, [release(clone)], "pump 1.1.0", None, "main") == clone.checkout.head()
    assert "1.0.0" in main(origin)


def test_what_others_pushed_meanwhile_stays(origin: Repository, clone: Repository) -> None:
    origin.git("switch", "--quiet", "main")
    origin.commit("docs/x.md", "words")
    origin.commit(FILE, origin.read(FILE).replace("/x", "/y"))
    origin.git("switch", "--quiet", "elsewhere")
    clone.git("switch", "--quiet", "--detach")
    record(clone.checkout, [release(clone)], "pump 1.1.0", "origin", "main")
    assert ("version: 1.1.0" in main(origin), "route: /y" in main(origin)) == (True, True)
    assert origin.git("show", "main:docs/x.md") == "words"


def test_the_same_lines_are_left_to_people(origin: Repository, clone: Repository) -> None:
    origin.git("switch", "--quiet", "main")
    theirs = origin.commit(FILE, origin.read(FILE).replace("1.0.0", "2.0.0"))
    origin.git("switch", "--quiet", "elsewhere")
    with pytest.raises(Refused, match="main has other lines in a stack's file by now"):
        record(clone.checkout, [release(clone)], "pump 1.1.0", "origin", "main")
    assert origin.git("rev-parse", "main") == theirs
    assert clone.git("status", "--porcelain") == ""


def test_a_remote_that_takes_nothing_is_given_up(clone: Repository, tmp_path: Path) -> None:
    with pytest.raises(GitFailed):
        record(Checkout(clone.folder), [release(clone)], "pump 1.1.0", str(tmp_path / "none"), "main")
