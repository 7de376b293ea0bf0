"""oha, the open loop: requests come at a fixed rate, whether or not those before them are answered.

A latency counts from when its request was due, so that a server that keeps clients waiting can't hide it (coordinated
omission). It is built from its pinned source, once.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import orjson

from benchmarks import cache
from benchmarks.errors import BenchmarkError
from benchmarks.questions import Question
from benchmarks.rounds import Round

VERSION: Final = "1.16.0"
CONNECTIONS: Final = 256
"""More than a server needs that keeps up with its rate."""

KEPT_UP: Final = 0.98
"""Share of the rate that has to be answered; less is no latency at that rate."""


def program() -> Path:
    """Where it is.

    Raises:
        BenchmarkError: it can't be built.
    """
    if shutil.which("cargo") is None:
        raise BenchmarkError("cargo is missing, which builds oha: install Rust (https://rustup.rs)")

    def build(folder: Path) -> None:
        cache.run(["cargo", "install", "oha", "--version", VERSION, "--locked", "--quiet", "--root", str(folder)])

    return cache.made("oha", VERSION.encode(), build) / "bin" / "oha"


def run(port: int, question: Question, *, rate: int, seconds: int, core: int) -> Round:
    """Ask a server on loopback at a rate.

    Args:
        port: where it listens.
        question: what is asked.
        rate: requests per second.
        seconds: how long.
        core: of the machine, for oha.

    Raises:
        BenchmarkError: an answer was not 2xx or didn't come, or the server didn't keep up.
    """
    options = ["--no-tui", "--output-format", "json", "-z", f"{seconds}s", "-c", str(min(CONNECTIONS, rate))]
    timing = ["-q", str(rate), "--latency-correction", "--wait-ongoing-requests-after-deadline"]
    request = ["-m", "POST", "-T", "application/json", "-d", question.body.decode()]
    address = f"http://127.0.0.1:{port}{question.path}"
    with subprocess.Popen(
        [str(program()), *options, *timing, *request, address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        os.sched_setaffinity(process.pid, {core})
        told, _ = process.communicate(timeout=seconds + 120)
    return read(told, rate, seconds)


def read(told: bytes, rate: int, seconds: int) -> Round:
    """What it found.

    Raises:
        BenchmarkError: an answer was not 2xx or didn't come, or the server didn't keep up.
    """
    found = orjson.loads(told)
    statuses: dict[str, int] = found["statusCodeDistribution"]
    count = statuses.get("200", 0)
    failed = sum(statuses.values()) - count + sum(found["errorDistribution"].values())
    if failed:
        raise BenchmarkError(f"{failed} of {count + failed} requests failed at {rate} requests/s")
    if count < KEPT_UP * rate * seconds:
        raise BenchmarkError(f"{count} of {rate * seconds} requests were answered at {rate} requests/s")
    percentiles: dict[str, float] = found["latencyPercentiles"]
    return Round(requests=count / seconds, p50=percentiles["p50"] * 1e3, p99=percentiles["p99"] * 1e3, count=count)
