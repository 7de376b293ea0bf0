"""The limits in a process that knows nothing of TensorFlow, so that nothing else can be what refuses."""

import json
import subprocess
import sys

from slipway.models.inspection.limits import MEBIBYTE

CONFINED = """
import json, os, resource
from slipway.models.inspection.limits import MEBIBYTE, Limits

Limits(memory=512 * MEBIBYTE, cpu_seconds=7, file_bytes=4096).apply({parent})
names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
print(json.dumps({{name: resource.getrlimit(getattr(resource, name)) for name in names}}))
bytearray({size})
print("allocated")
"""


def confined(parent: str, size: int) -> "subprocess.CompletedProcess[str]":
    program = CONFINED.format(parent=parent, size=size)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_a_process_confines_itself_for_good() -> None:
    done = confined("os.getppid()", 64 * MEBIBYTE)
    limits, last = done.stdout.splitlines()
    assert json.loads(limits) == {
        "RLIMIT_AS": [512 * MEBIBYTE] * 2,
        "RLIMIT_CPU": [7, 7],
        "RLIMIT_FSIZE": [4096, 4096],
        "RLIMIT_CORE": [0, 0],
    }
    assert last == "allocated"


def test_more_memory_is_refused_to_it() -> None:
    done = confined("os.getppid()", 512 * MEBIBYTE)
    assert done.stderr.splitlines()[-1] == "MemoryError"
    assert "allocated" not in done.stdout


def test_a_process_whose_parent_has_ended_ends_too() -> None:
    done = confined("1 if os.getppid() != 1 else 2", 0)
    assert (done.returncode, done.stdout) == (1, "")
