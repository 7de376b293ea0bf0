"""A server is all of its processes: what they use is counted, and none is left."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks import processes

PARENT = """
import subprocess, sys
sum(range(2_000_000))
subprocess.run([sys.executable, "-c", "sum(range(2_000_000))"])
subprocess.run([sys.executable, "-c", "sum(range(2_000_000)); print('there', flush=True); input()"])
"""

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(99)
"""
LEAVES = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE).pid, flush=True)
input()
"""


def test_what_all_of_a_servers_processes_use_counts_and_none_is_left() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "there\n"
        found = processes.family(parent.pid)
        assert found[0] == parent.pid
        assert len(found) == 2
        alone = sum(map(processes.own_seconds, found))
        assert processes.processor_seconds(parent.pid) > alone > 0, "the one that has ended counts, too"
        processes.end(parent.pid, 5.0)
    assert not any(Path(f"/proc/{pid}").exists() for pid in found)


def test_who_does_not_end_when_asked_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "deaf\n"
        processes.end(process.pid, 0.2)
        assert process.wait(60) == -9


def test_what_its_parent_left_behind_ends_too() -> None:
    processes.adopt_orphans()
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", LEAVES], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        left = int(parent.stdout.readline())
        processes.end(parent.pid, 5.0)
    end = time.monotonic() + 60
    while Path(f"/proc/{left}").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
