"""A server that stood still for a moment, as when a machine gives its core to others, answers everybody after it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.background import Background
from tests.figures import recorded
from tests.load.fake_models import Fake
from tests.load.generator import Plan, run
from tests.load.serving import Server, serving
from tests.load.test_overload import p99

MODELS: Final = {
    "0.4 ms": Fake(seconds=0.0004, batch=64, burns=True),
    "1.2 ms": Fake(seconds=0.0012, batch=64, burns=True),
}
"""As the included model, in a good and in a bad hour of a machine: a call costs the same for 1 reading and for 64, and
less than what carries the requests."""

SEED: Final = 20261130
PAUSES: Final = (0.02, 0.1)  # seconds
EVERY: Final = 1.0  # seconds
SHARE: Final = 0.5
"""Of the most that the clients get answered: where one would run it."""


class Pauses(Background):
    """Stops a server again and again until the block ends."""

    def __init__(self, server: Server, seconds: float) -> None:
        super().__init__(self._stop)
        self.times = 0
        self._pid: Final = server.pid
        self._seconds: Final = seconds

    def _stop(self) -> None:
        while not self.over.wait(EVERY):
            os.kill(self._pid, signal.SIGSTOP)
            time.sleep(self._seconds)
            os.kill(self._pid, signal.SIGCONT)
            self.times += 1


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "pauses", SEED, whole=MODELS) as found:
        yield found


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MODELS)
def test_a_pause_is_over_when_it_is_over(name: str, tmp_path: Path, figures: dict[str, Any]) -> None:
    with serving(tmp_path, MODELS[name]) as server:
        most = run(Plan(port=server.port, seconds=5, connections=64)).rate
        found: dict[str, Any] = {}
        for seconds in PAUSES:
            with Pauses(server, seconds) as pauses:
                plan = Plan(port=server.port, seconds=20, rate=SHARE * most, connections=256, seed=SEED)
                outcome = run(plan)
            statuses = {status: each.count for status, each in outcome.statuses.items()}
            found[f"{seconds * 1000:g} ms"] = {
                "times": pauses.times,
                "offered": outcome.offered,
                "statuses": statuses,
                "lost": outcome.lost,
                "p99 (ms)": p99(outcome),
            }
            assert pauses.times > 0
            assert statuses == {200: outcome.offered}, found
    figures[name] = {"requests/s": round(SHARE * most), "pauses": found}
