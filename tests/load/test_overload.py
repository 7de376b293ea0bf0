"""More than the model can answer: the rest is refused at once, and what is accepted is answered as usual."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.figures import recorded
from tests.load.fake_models import Fake
from tests.load.generator import Outcome, Plan, run
from tests.load.serving import PATIENT, Probes, Server, serving
from tests.service.processes import SECONDS

MODELS: Final = {
    "5 ms, one by one": Fake(seconds=0.005),
    "5 ms, 5 at a time": Fake(seconds=0.005, batch=5),
    "50 ms, one by one": Fake(seconds=0.05),
    "50 ms, 32 at a time": Fake(seconds=0.05, batch=32),
    "50 ms of the processor, one by one": Fake(seconds=0.05, burns=True),
}
SEED: Final = 20261129
CALM: Final = 0.8  # of the capacity
FACTORS: Final = (3, 10)
ACCEPTABLE: Final = {200, 429, 503}
KEEPS: Final = 0.9
"""What is left of the capacity under any load."""

SLOWER: Final = 2.0
"""How many times as long as in calm an accepted request may take (99th percentile)."""

RECOVERY: Final = 5.0  # seconds after which all is as before
OFFERED: Final = 0.95
"""Below this share of its requests a client that ran out of connections shows nothing about the rest."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """Seconds of each part."""

    capacity: float = 10
    calm: float = 30
    overload: float = 60
    after: float = 5


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "overload", SEED, whole=MODELS) as found:
        yield found


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MODELS)
def test_goodput_and_latency_hold_under_any_load(name: str, tmp_path: Path, figures: dict[str, Any]) -> None:
    with serving(tmp_path, MODELS[name]) as server:
        figures[name], faults = overload(server, MODELS[name], Times())
    assert faults == []


def test_what_is_too_much_is_refused_and_nothing_else_happens(tmp_path: Path) -> None:
    fake = Fake(seconds=0.02)
    with (
        serving(tmp_path, fake, REQUEST_SECONDS=SECONDS, FINISH_SECONDS=SECONDS) as server,
        Probes(server, PATIENT) as probes,
    ):
        outcome = run(Plan(port=server.port, seconds=4, rate=10 * fake.capacity, timeout=SECONDS, seed=SEED))
        assert server.runs()
    assert refusals(outcome) == []
    assert outcome.count(200) > 0
    assert outcome.count(200) < outcome.offered
    assert probes.failed == {}
    assert all(probed.asked for probed in probes.found.values())


def overload(server: Server, fake: Fake, times: Times) -> tuple[dict[str, Any], list[str]]:
    """What was measured, and what of it is not as it must be."""
    # So many clients that the next call's readings wait already, and so many more that the largest calls are full.
    full = [
        run(Plan(port=server.port, seconds=times.capacity / 2, connections=max(3, waiting * fake.batch)))
        for waiting in (3, 16)
    ]
    capacity = max(each.rate for each in full)
    calm = run(Plan(port=server.port, seconds=times.calm, rate=CALM * capacity, seed=SEED))
    found: dict[str, Any] = {"capacity (1/s)": round(capacity, 1), "calm": told(calm)}
    faults = refusals(calm)
    for factor in FACTORS:
        with Probes(server) as probes:
            loaded = run(Plan(port=server.port, seconds=times.overload, rate=factor * capacity, seed=SEED))
        run(Plan(port=server.port, seconds=RECOVERY, rate=0.5 * capacity, seed=SEED))
        after = run(Plan(port=server.port, seconds=times.after, rate=0.5 * capacity, seed=SEED))
        found[f"{factor} times"] = told(loaded) | {
            "goodput (of the capacity)": round(loaded.rate / capacity, 3),
            "accepted p99 (of calm's)": round(p99(loaded) / p99(calm), 2),
            "probes: slowest (ms)": {path: round(each.slowest * 1000) for path, each in probes.found.items()},
            "probes: failed": probes.failed,
        }
        faults += [
            f"{factor} times: {fault}"
            for fault, so in (
                *((refusal, True) for refusal in refusals(loaded)),
                (
                    f"only {loaded.offered} requests could be offered",
                    loaded.not_offered > loaded.offered * (1 - OFFERED),
                ),
                (f"{loaded.rate:.1f}/s of {capacity:.1f}/s are left", loaded.rate < KEEPS * capacity),
                (f"p99 {p99(loaded):.0f} ms after {p99(calm):.0f} ms", not p99(loaded) <= SLOWER * p99(calm)),
                (f"probes failed: {probes.failed}", bool(probes.failed)),
                (f"not as before {RECOVERY:g} s later: {told(after)}", after.count(200) < after.offered),
                ("the server has ended", not server.runs()),
            )
            if so
        ]
    return found, faults


def refusals(outcome: Outcome) -> list[str]:
    """What else than an answer or a proper refusal came."""
    faults = [f"{each.count} times {status}" for status, each in outcome.statuses.items() if status not in ACCEPTABLE]
    faults += [f"{count} times {why}" for why, count in outcome.lost.items()]
    if outcome.without_retry_after:
        faults.append(f"{outcome.without_retry_after} refusals without Retry-After")
    return faults


def told(outcome: Outcome) -> dict[str, Any]:
    return {
        "offered": outcome.offered,
        "not offered": outcome.not_offered,
        "sent late (ms, p99)": outcome.late,
        "statuses": {status: each.count for status, each in outcome.statuses.items()},
        "lost": outcome.lost,
        "goodput (1/s)": round(outcome.rate, 1),
        "p99 (ms)": {status: each.p99 for status, each in outcome.statuses.items()},
    }


def p99(outcome: Outcome) -> float:
    """Of what was accepted; milliseconds."""
    return outcome.statuses[200].p99 if 200 in outcome.statuses else math.inf
