import hashlib
from pathlib import Path

import pytest

from infra.platform.crds import lock
from infra.platform.crds.lock import CrdsError, Entry


def entry(content: str, file: str = "tool/crds.yaml") -> Entry:
    return Entry(
        file=file,
        tool="tool",
        module="example.org/tool",
        version="v1.2.3",
        source=Path(file).name,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )


def test_the_committed_lock_names_every_file_once() -> None:
    files = [one.file for one in lock.entries()]
    assert len(files) > 4
    assert len(files) == len(set(files))


def test_what_is_locked_is_brought_from_its_module(tmp_path: Path) -> None:
    (tmp_path / "crds.yaml").write_text("one")
    lock.bring([entry("one")], tmp_path / "new", lambda _: tmp_path)
    assert (tmp_path / "new/tool/crds.yaml").read_text() == "one"


def test_nothing_is_brought_when_a_file_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "crds.yaml").write_text("one")
    (tmp_path / "more.yaml").write_text("tampered")
    with pytest.raises(CrdsError, match=r"more\.yaml has SHA-256 .*, the lock of example\.org/tool v1\.2\.3 wants "):
        lock.bring([entry("one"), entry("two", "tool/more.yaml")], tmp_path / "new", lambda _: tmp_path)
    assert not (tmp_path / "new").exists()


def test_a_file_that_the_module_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrdsError, match=r"crds\.yaml can't be read \(No such file"):
        lock.bring([entry("one")], tmp_path / "new", lambda _: tmp_path)
