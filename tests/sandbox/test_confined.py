"""Nothing is left of a confined command: no process, no mount."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import confined

MOUNTS_AND_WAITS = """
mount -t tmpfs none "$0/mounted" && touch "$0/mounted/inside" && sleep 300 & sleep 301 & echo ready; wait
"""
KILLED = """
import subprocess, sys
from sandbox import confined
subprocess.run(confined.command(["sh", "-c", sys.argv[1], sys.argv[2]]))
"""


def test_its_output_and_its_status_are_the_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        confined.command(["sh", "-c", 'echo "$@"; exit 7', "sh", "--", "a b"]),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (7, "-- a b\n")


def test_it_sees_a_folder_in_the_place_of_another_and_nobody_else_does(tmp_path: Path) -> None:
    ours, place = tmp_path / "ours", tmp_path / "place"
    ours.mkdir()
    (ours / "file").write_text("content")

    done = subprocess.run(
        confined.command(["cat", str(place / "file")], {ours: place}), capture_output=True, check=True
    )

    assert done.stdout == b"content"
    assert not list(place.iterdir())


def test_a_command_that_is_not_there_fails() -> None:
    assert subprocess.run(confined.command(["/no/such/program"]), capture_output=True, check=False).returncode == 127


@pytest.mark.timeout(60)
def test_when_its_parent_is_killed_its_processes_end_and_its_mounts_go(tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    parent = subprocess.Popen([sys.executable, "-c", KILLED, MOUNTS_AND_WAITS, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"ready\n"

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert parent.stdout.read() == b""  # the end of the file: nobody is left who could write
    parent.stdout.close()
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()
    assert os.listdir(tmp_path / "mounted") == []
