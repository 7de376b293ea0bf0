"""Whatever a client sends, the service goes on, and says no in JSON."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.figures import recorded
from tests.load.fake_models import Fake
from tests.load.generator import Plan, run
from tests.load.nonsense import Nonsense, ask_all, requests
from tests.load.serving import Server, answers, serving
from tests.service.processes import SECONDS

SEED: Final = 20261129
MANY: Final = 20_000
SOME: Final = 400
SHORT: Final = {"HEAD_SECONDS": 0.5, "BODY_SECONDS": 0.5}
"""Deadlines of the server: what is never complete is waited for, and need not be waited for long."""


def test_the_same_seed_gives_the_same_requests() -> None:
    assert list(requests(1, 50)) == list(requests(1, 50))
    assert list(requests(1, 50)) != list(requests(2, 50))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_no_request_of_many_does_harm(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with recorded(request.session, "nonsense", SEED) as figures, serving(tmp_path, Fake(batch=64), **SHORT) as server:
        figures["requests"] = MANY
        figures["statuses"] = dict(sorted(harmless(server, MANY).items()))


def test_no_request_of_some_does_harm(tmp_path: Path) -> None:
    with serving(tmp_path, Fake(batch=64), **SHORT) as server:
        assert harmless(server, SOME).total() == SOME


def harmless(server: Server, count: int) -> Counter[str]:
    """Send requests, and see that none is answered as it must not be.

    Returns:
        How often each status came.
    """
    faults: list[str] = []

    def note(request: Nonsense, why: str) -> None:
        faults.append(f"{why}: {request.sent[:300]!r} ({len(request.sent)} bytes)")

    found = asyncio.run(ask_all(server.port, requests(SEED, count), note))
    assert faults[:20] == [], f"{len(faults)} of {count}"
    assert server.runs()
    assert answers(server.monitoring, "/readyz", SECONDS)
    assert list(run(Plan(port=server.port, requests=10, connections=1)).statuses) == [200]
    return found
