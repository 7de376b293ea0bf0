"""A server that stood still for a moment, as when a machine gives its core to others, answers everybody after it."""

import os
import signal
import time
from pathlib import Path
from typing import Any, Final

import pytest

from tests.background import Background
from tests.figures import recorded
from tests.load.fake_models import Fake
from tests.load.generator import Plan, run
from tests.load.serving import Server, serving
from tests.load.test_overload import p99

QUICK: Final = Fake(seconds=0.0004, batch=64, burns=True)
"""As the included model: a call costs the same for 1 reading and for 64, and less than what carries the requests."""

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


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_pause_is_over_when_it_is_over(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with (
        recorded(request.session, "pauses", SEED, whole=("pauses",)) as figures,
        serving(tmp_path, QUICK) as server,
    ):
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
        figures |= {"requests/s": round(SHARE * most), "pauses": found}
