"""Files are written and removed whole or not at all."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox import files
from sandbox.errors import SandboxError

KILLED_WHILE_REMOVING = """
import os, shutil, signal, sys
from pathlib import Path
from sandbox import files

def begins(folder):
    (Path(folder) / "one").unlink()
    os.kill(os.getpid(), signal.SIGKILL)

shutil.rmtree = begins
files.remove(Path(sys.argv[1]))
"""


def folder(parent: Path) -> Path:
    place = parent / "cluster"
    place.mkdir()
    (place / "one").touch()
    (place / "two").touch()
    return place


def test_a_removal_that_is_killed_leaves_nothing_under_the_name_and_the_next_sweep_takes_the_rest(
    tmp_path: Path,
) -> None:
    place = folder(tmp_path)

    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_REMOVING, str(place)], check=False)

    assert killed.returncode == -9
    assert not place.exists()
    assert [[one.name for one in gone.iterdir()] for gone in tmp_path.iterdir()] == [["two"]]
    files.sweep(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_a_file_and_a_link_are_removed_and_what_the_link_leads_to_stays(tmp_path: Path) -> None:
    target = folder(tmp_path)
    one, link = tmp_path / "file", tmp_path / "link"
    one.touch()
    link.symlink_to(target)

    files.remove(one)
    files.remove(link)
    assert os.listdir(tmp_path) == ["cluster"]
    assert (target / "one").exists()

    files.remove(target)
    assert not list(tmp_path.iterdir())


def test_what_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    files.remove(tmp_path / "none")
    files.sweep(tmp_path / "none")


def test_something_in_use_is_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder(tmp_path)
    monkeypatch.setattr(shutil, "rmtree", Mock(side_effect=OSError(16, "Device or resource busy")))

    with pytest.raises(SandboxError, match=r"\.gone-\S+ can't be removed \(Device or resource busy\): .*lsof"):
        files.remove(place)


def test_an_equal_file_is_left_alone_and_another_is_replaced(tmp_path: Path) -> None:
    file = files.write(tmp_path / "deep" / "file", "one")
    before = file.stat().st_ino

    assert files.write(file, "one").stat().st_ino == before
    assert files.write(file, "two").read_text() == "two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["file"]


def test_two_that_remove_the_same_at_once_both_succeed(tmp_path: Path) -> None:
    for number in range(2000):
        folder = tmp_path / f"{files.GONE}one" / str(number % 50)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(number)).touch()
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(files.sweep, tmp_path) for _ in range(2)]:
            done.result()
    assert not any(tmp_path.iterdir())
