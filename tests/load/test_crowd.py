"""Thousands of clients that do no good cost the others nothing."""

import statistics
from pathlib import Path
from typing import Final

import pytest

from tests.figures import recorded
from tests.load.crowd import HABITS, crowding
from tests.load.fake_models import Fake
from tests.load.generator import Outcome, Plan, run
from tests.load.machine import MIB, Watch
from tests.load.serving import PATIENT, Probes, Server, serving
from tests.service.processes import SECONDS

SEED: Final = 20261129
MODEL: Final = Fake(seconds=0.005, batch=64)
RATE: Final = 200.0  # requests per second
LITTLE: Final = 50.0  # of them: a machine with other things to do answers so many, too
CROWD: Final = {
    "idle": 3000,
    "slow heads": 250,
    "slow bodies": 250,
    "heads without end": 20,
    "bodies without end": 20,
    "deaf": 20,
}
GROWTH: Final = 256 * MIB
"""Memory that the crowd may cost: a pod has 1 GiB, and TensorFlow with a model takes half of it."""

SLOWER: Final = 1.25
"""How many times as long as without the crowd a request may take (99th percentile, median of rounds)."""

ROUNDS: Final = 5
ROUND: Final = 15.0  # seconds


def normal(server: Server, seconds: float = ROUND, rate: float = RATE) -> Outcome:
    """A client like any other."""
    outcome = run(Plan(port=server.port, seconds=seconds, rate=rate, timeout=SECONDS, seed=SEED))
    assert outcome.lost == {}
    assert list(outcome.statuses) == [200]
    return outcome


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_others_are_answered_as_fast_beside_a_crowd_and_memory_is_bounded(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    p99: dict[str, list[float]] = {"without": [], "with": []}
    with (
        recorded(request.session, "crowd", SEED) as figures,
        serving(tmp_path, MODEL) as server,
        Watch(server.pid) as watch,
    ):
        normal(server)
        for _ in range(ROUNDS):  # by turns, so that both meet the machine as it is
            p99["without"].append(normal(server).statuses[200].p99)
            with crowding(server.port, CROWD), Probes(server) as probes:
                p99["with"].append(normal(server).statuses[200].p99)
            assert probes.failed == {}
        ratio = statistics.median(p99["with"]) / statistics.median(p99["without"])
        figures["crowd"] = CROWD
        figures["p99 (ms)"] = p99
        figures["ratio"] = round(ratio, 2)
        figures["growth (MiB)"] = watch.growth // MIB
        assert server.runs()
        assert ratio <= SLOWER
        assert watch.growth <= GROWTH


@pytest.mark.parametrize("habit", HABITS)
def test_others_are_answered_beside_it(habit: str, tmp_path: Path) -> None:
    with (
        serving(tmp_path, MODEL) as server,
        Watch(server.pid) as watch,
        crowding(server.port, {habit: 20}),
        Probes(server, PATIENT) as probes,
    ):
        assert normal(server, 2, LITTLE).count(200) > 0
        assert server.runs()
    assert probes.failed == {}
    assert watch.growth <= GROWTH
