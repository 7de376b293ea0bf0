"""`python -m benchmarks`: what the service costs, beside uvicorn alone, on one core.

Each server runs alone and pinned to one core, wrk on another. Servers take turns, and medians of the rounds are told:
what disturbs the machine for a while disturbs all of them.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import servers, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.servers import CHECKOUT, Recipe

FLOOR: Final = "floor"
SERVICE: Final = "service"
CONNECTIONS: Final = 64
WARM_UP: Final = 2  # seconds


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One round of one server.

    Attributes:
        busy: over many connections.
        alone: one request at a time over one connection.
        processor: microseconds of the core's time that a request took, busy.
    """

    busy: wrk.Round
    alone: wrk.Round
    processor: float


def measure(recipe: Recipe, seconds: int, cores: tuple[int, int]) -> Measured:
    """Start a server on the first core, ask it from the second, and end it.

    Raises:
        BenchmarkError: it doesn't answer, or not with predictions.
    """
    with servers.started(recipe, cores[0]) as server:

        def ask(connections: int, seconds: int) -> wrk.Round:
            return wrk.run(server.port, servers.READING, connections=connections, seconds=seconds, core=cores[1])

        ask(CONNECTIONS, WARM_UP)
        before = server.processor_seconds()
        busy = ask(CONNECTIONS, seconds)
        processor = (server.processor_seconds() - before) / busy.count * 1e6
        return Measured(busy=busy, alone=ask(1, seconds), processor=processor)


def summary(rounds: Mapping[str, Sequence[Measured]]) -> dict[str, dict[str, float]]:
    """Medians of each server's rounds, and its share of the floor's requests."""

    def row(measured: Sequence[Measured]) -> dict[str, float]:
        return {
            "requests/s": round(statistics.median(one.busy.requests for one in measured)),
            "p50 (ms)": round(statistics.median(one.busy.p50 for one in measured), 2),
            "p99 (ms)": round(statistics.median(one.busy.p99 for one in measured), 2),
            "processor (µs a request)": round(statistics.median(one.processor for one in measured), 1),
            "alone, p50 (ms)": round(statistics.median(one.alone.p50 for one in measured), 3),
        }

    rows = {name: row(measured) for name, measured in rounds.items()}
    highest = rows[FLOOR]["requests/s"]
    return {name: one | {"of the floor": round(one["requests/s"] / highest, 3)} for name, one in rows.items()}


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """The summary for people."""
    columns = ["server", *rows[FLOOR]]
    lines = [columns, *([name, *(f"{value:g}" for value in row.values())] for name, row in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines
    )


def take(checkouts: Mapping[str, Path], rounds: int, seconds: int) -> dict[str, Any]:
    """Take all rounds.

    Args:
        checkouts: the services to compare, by the name that they get in the table.
        rounds: of each server.
        seconds: of each of a round's two parts.

    Returns:
        What was measured and how, ready for JSON.

    Raises:
        BenchmarkError: something is missing, or a server failed.
    """
    generator = wrk.version()
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        raise BenchmarkError("two cores are needed: one for the server, one for wrk")
    with tempfile.TemporaryDirectory() as scratch:
        recipes = {name: servers.service(path, Path(scratch) / name) for name, path in checkouts.items()}
        with servers.started(recipes[SERVICE], first) as server:
            answer = server.answer()
        recipes = {FLOOR: servers.floor(CHECKOUT, answer)} | recipes
        taken: dict[str, list[Measured]] = {name: [] for name in recipes}
        for number in range(rounds):
            for name, recipe in recipes.items():
                print(f"round {number + 1} of {rounds}: {name} …", file=sys.stderr, flush=True)
                taken[name].append(measure(recipe, seconds, (first, others[0])))
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "generator": f"wrk {generator}",
        "connections": CONNECTIONS,
        "rounds": rounds,
        "seconds": seconds,
        "servers": summary(taken),
    }


def main() -> int:
    """Read the command line, measure, and tell; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what the service costs.")
    parser.add_argument("--rounds", type=int, default=3, help="of each server (default: 3)")
    parser.add_argument("--seconds", type=int, default=10, help="of each part of a round (default: 10)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="compare with the service of this checkout")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    checkouts = {SERVICE: CHECKOUT}
    if arguments.against:
        checkouts[arguments.against.name] = arguments.against.resolve()
    try:
        found = take(checkouts, arguments.rounds, arguments.seconds)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    print(table(found["servers"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
