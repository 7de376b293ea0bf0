"""The long evidence: `make soak`. Its figures land in docs/figures/soak.json, which the docs quote."""

import json
import os
import platform
import random
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest

from sandbox.local import questions
from sandbox.local.configuration import CHECKOUT
from tests.e2e.cluster import Cluster
from tests.e2e.load import Load, Tally
from tests.e2e.serving import Serving
from tests.e2e.test_kills import converges

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SEED: Final = 20261122
KILLS: Final = 10
RELEASES: Final = 10
RATE: Final = 40.0
FIGURES: Final = CHECKOUT / "docs" / "figures" / "soak.json"


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seed": SEED,
    }
    yield found
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(found, indent=1) + "\n")


def test_runs_converge_after_their_engine_was_killed_at_seeded_points(
    e2e: Serving, cluster: Cluster, figures: dict[str, Any]
) -> None:
    points = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    hits = 0
    for number in range(KILLS):
        verb = "destroy" if number % 2 == 0 else "up"
        hits += converges(e2e, cluster, verb, points.uniform(0.05, 0.95))
    figures["kills"] = {"runs": KILLS, "at work when killed": hits, "converged": KILLS}
    assert hits >= KILLS // 2


def test_releases_one_after_another_lose_no_request(released: Serving, figures: dict[str, Any]) -> None:
    tallies: list[Tally] = []
    for number in range(RELEASES):
        with Load(f"{released.url}/predict", dict(questions.READINGS[0]), RATE) as load:
            released.release("1.1.0" if number % 2 == 0 else "1.0.0")
        tallies.append(load.tally)
    figures["releases"] = {
        "releases": RELEASES,
        "requests": sum(tally.sent for tally in tallies),
        "lost": sum(tally.lost.total() for tally in tallies),
    }
    assert figures["releases"]["lost"] == 0
