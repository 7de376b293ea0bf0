"""`python -m benchmarks`: the service beside its floor and beside what users would take instead, on one core.

Each server runs alone and pinned to one core, the load generator on another. Servers take turns, and medians of the
rounds are told: what disturbs the machine for a while disturbs all of them.
"""

import argparse
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import gateway, loading, oha, page, questions, recorded, servers, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.measuring import CONNECTIONS, Measured, Plan, Row, summary, turn
from benchmarks.servers import CHECKOUT, FLOOR, SERVICE, Recipe
from benchmarks.weights import LAYERS

PLAIN: Final = "FastAPI"
RATES: Final = {"small": (100, 1_000, 10_000), "5 ms": (50, 200), "50 ms": (5, 20)}
"""Requests per second at which all are compared: what the weakest bears, and what only the best do."""

LONGER: Final = {"50 ms": 2}
"""So many times as long a part of a turn lasts: who calls such a model for each of 64 requests takes 3 s for them."""

FIGURES: Final = CHECKOUT / "docs" / "figures" / "bench.json"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be measured.

    Attributes:
        checkouts: the services to compare, by the name that they get in the table.
        weights: of the model.
        only: the servers; empty for all.
        rounds: of each server.
        seconds: of each part of a turn.
    """

    checkouts: Mapping[str, Path]
    weights: Sequence[str]
    only: Sequence[str]
    rounds: int
    seconds: int


def take(wanted: Wanted) -> dict[str, Any]:
    """Take all rounds.

    Returns:
        What was measured and how, ready for JSON.

    Raises:
        BenchmarkError: something is missing, or a server failed.
    """
    generator = wrk.version()
    oha.program()
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        raise BenchmarkError("two cores are needed: one for the server, one for the load generator")
    models: dict[str, Any] = {}
    for weight in wanted.weights:
        plan = Plan(seconds=wanted.seconds * LONGER.get(weight, 1), rates=RATES[weight], cores=(first, others[0]))
        models[weight] = _weighed(weight, wanted, plan)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {_processor()}",
        "generators": {"wrk": generator, "oha": oha.VERSION},
        "connections": CONNECTIONS,
        "rounds": wanted.rounds,
        "seconds": wanted.seconds,
        "models": models,
    }


def _weighed(weight: str, wanted: Wanted, plan: Plan) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        published = {
            name: servers.publish(checkout, weight, Path(scratch) / name) for name, checkout in wanted.checkouts.items()
        }
        ours = {
            name: servers.service(wanted.checkouts[name], each, Path(scratch) / f"{name}.cache")
            for name, each in published.items()
        }
        with servers.started(ours[SERVICE], plan.cores[0]) as server:
            answer = server.answer()
        recipes = _chosen(ours, weight, answer, published[SERVICE].files, wanted.only)
        failed: dict[str, list[str]] = {name: [] for name in recipes if name not in (*ours, FLOOR)}
        for name, recipe in recipes.items():
            print(f"{weight}: does {name} answer the same? …", file=sys.stderr, flush=True)
            with noted(name, failed), servers.started(recipe, plan.cores[0]) as server:
                questions.check(name, server.answer(), answer)
        able = {name: recipe for name, recipe in recipes.items() if not failed.get(name)}
        taken: dict[str, list[Measured]] = {name: [] for name in able}
        loads: list[float] = []
        for number in range(wanted.rounds):
            loads.append(loading.seconds(published[SERVICE].files, plan.cores[0], loading.LEAST))
            for name, recipe in able.items():
                print(f"{weight}: round {number + 1} of {wanted.rounds}: {name} …", file=sys.stderr, flush=True)
                half_of = taken[SERVICE][-1].busy.requests if name == FLOOR and SERVICE in taken else None
                with noted(name, failed):
                    taken[name].append(turn(recipe, plan, half_of))
        base = next(name for name in (FLOOR, PLAIN, SERVICE) if taken.get(name))
        return {
            "call (ms)": published[SERVICE].call,
            "load (s)": round(statistics.median(loads), 1),
            "base": base,
            "servers": summary({name: turns for name, turns in taken.items() if turns}, base, plan.rates),
            "failed": {name: errors for name, errors in failed.items() if errors},
        }


@contextmanager
def noted(name: str, failed: Mapping[str, list[str]]) -> Generator[None]:
    """Note what a peer fails with, since the hour of all others isn't lost for it; what fails of ours ends all.

    Args:
        name: whose turn it is.
        failed: the peers, and what each has failed with.

    Raises:
        BenchmarkError: it is none of the peers.
    """
    try:
        yield
    except BenchmarkError as error:
        if name not in failed:
            raise
        failed[name].append(str(error))
        print(f"benchmarks: {name}: {error}", file=sys.stderr)


def _chosen(
    ours: Mapping[str, Recipe], weight: str, answer: bytes, model: Path, only: Sequence[str]
) -> dict[str, Recipe]:
    """The servers of one weight; the floor has no model, so it stands beside the smallest only."""
    found = dict(ours)
    if weight == next(iter(LAYERS)):
        found[FLOOR] = servers.floor(answer)
    if not only or set(only) - set(found):
        found |= servers.peers(model, only)
    return {name: recipe for name, recipe in found.items() if not only or name in only or name in ours}


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else "unknown processor"


def table(rows: Mapping[str, Row]) -> str:
    """The summary for people at a terminal."""
    columns = ["server", *next(iter(rows.values()))]
    lines = [
        columns,
        *([name, *("-" if value is None else f"{value:g}" for value in row.values())] for name, row in rows.items()),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines
    )


def record(found: Mapping[str, Any], figures: Path) -> None:
    """Write the figures, the page that tells them and its plot."""
    text, plot = page.written(found), page.plot(found)
    figures.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    figures.with_suffix(".svg").write_text(plot)
    (figures.parents[1] / "benchmarks.md").write_text(text)


def main() -> int:
    """Read the command line, measure, and tell; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what the service costs.")
    parser.add_argument("--rounds", type=int, default=3, help="of each server (default: 3)")
    parser.add_argument("--seconds", type=int, default=5, help="of each part of a turn (default: 5)")
    parser.add_argument("--weight", action="append", choices=LAYERS, help="of the model; again for another (all)")
    parser.add_argument("--only", action="append", default=[], metavar="SERVER", help="beside the service (all)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="compare with the service of this checkout")
    parser.add_argument("--gateway", metavar="URL", help="of the small model in a sandbox that is up: ask only it")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks.md, its plot and its figures")
    arguments = parser.parse_args()
    if arguments.record and (arguments.only or arguments.weight or arguments.against):
        parser.error("what is recorded is of all servers and models, and of no other checkout")
    checkouts = {SERVICE: CHECKOUT}
    if arguments.against:
        checkouts[arguments.against.name] = arguments.against.resolve()
    wanted = Wanted(
        checkouts=checkouts,
        weights=arguments.weight or list(LAYERS),
        only=arguments.only,
        rounds=arguments.rounds,
        seconds=arguments.seconds,
    )
    before: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if arguments.record and arguments.gateway and "oha" not in before.get("generators", {}):
        parser.error("the gateway's figures stand beside those of the servers, which are not recorded yet")
    try:
        found = _behind(arguments.gateway, wanted, before) if arguments.gateway else _beside(wanted, before)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    if arguments.record:
        record(found, FIGURES)
    return 0


def _beside(wanted: Wanted, before: Mapping[str, Any]) -> dict[str, Any]:
    """Measure the servers, and tell."""
    found = take(wanted)
    if "gateway" in before:
        found["gateway"] = before["gateway"]
    for weight, model in found["models"].items():
        print(f"{weight}: a call takes {model['call (ms)']:g} ms, to load it {model['load (s)']:g} s")
        print(f"{table(model['servers'])}\n")
    lines = recorded.moved(before, found)
    print("\n".join(["beside the recorded figures:", *(lines or ["nothing moved"])]))
    return found


def _behind(url: str, wanted: Wanted, before: Mapping[str, Any]) -> dict[str, Any]:
    """Measure through the gateway alone, since a sandbox that is up would be in the figures of all servers."""
    found = gateway.measured(url, wanted.seconds, max(os.sched_getaffinity(0)))
    print("\n".join(f"{name}: {value}" for name, value in found.items()))
    return {**before, "gateway": found}


if __name__ == "__main__":
    sys.exit(main())
