"""wrk, the load generator: a closed loop in C, whose own cost is small beside that of a server in Python."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import orjson

from benchmarks.errors import BenchmarkError
from benchmarks.questions import Question
from benchmarks.rounds import Round

PATIENCE: Final = 60  # seconds; the slowest server takes several for 64 requests

_SCRIPT: Final = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[%s]==]
function done(summary, latency)
  local errors = summary.errors
  io.stderr:write(string.format('{"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, "failed": %%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def version() -> str:
    """What wrk calls itself.

    Raises:
        BenchmarkError: it isn't installed.
    """
    if shutil.which("wrk") is None:
        raise BenchmarkError("wrk is missing: `apt-get install wrk` (Debian and Ubuntu have it as a package)")
    told = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"[\d.]+\d", told)
    return found[0] if found else "unknown"


def script(question: Question) -> str:
    """What wrk is told to send and to tell, in Lua; a body in JSON may end in brackets, as Lua's texts do."""
    return _SCRIPT % question.body.decode()


def run(port: int, question: Question, *, connections: int, seconds: int, core: int) -> Round:
    """Ask a server on loopback for predictions, as fast as it answers, over some connections.

    Args:
        port: where it listens.
        question: what is asked.
        connections: kept alive; each has one request at a time.
        seconds: how long.
        core: of the machine, for wrk.

    Raises:
        BenchmarkError: an answer was not 2xx, or didn't come.
    """
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder) / "post.lua"
        lua.write_text(script(question))
        address = f"http://127.0.0.1:{port}{question.path}"
        with subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={PATIENCE}s", "-s", lua, address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            os.sched_setaffinity(process.pid, {core})
            _, told = process.communicate(timeout=seconds + 60)
    found = orjson.loads(told)
    if found["failed"]:
        raise BenchmarkError(f"{found['failed']} of {found['requests']} requests failed")
    return Round(
        requests=found["requests"] / found["microseconds"] * 1e6,
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        count=found["requests"],
    )
