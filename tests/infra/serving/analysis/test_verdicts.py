"""Releases by the hundred, judged by the questions that are asked in the cluster: who is aborted, who isn't, how soon.

`pytest -m soak tests/infra/serving/analysis` plays all of it and writes docs/figures/analysis.json.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import pi, sin
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from infra.serving.analysis.metrics import FALSE_ABORTS, metrics
from infra.serving.config import Model
from tests.figures import recorded
from tests.infra.prometheus import Prometheus
from tests.infra.serving.analysis.pods import Behaviour, Traffic, play
from tests.infra.serving.analysis.replay import Verdict, judge
from tests.infra.serving.analysis.test_metrics import PROD
from tests.infra.serving.monitoring.served import MODEL, SERIES

pytestmark = pytest.mark.engine

SEED: Final = 20261129
SCRAPES: Final = {"local": 5, "prod": 15}
MODELS: Final = {"local": MODEL, "prod": PROD}
GOOD: Final = Behaviour(errors=0.001)


@dataclass(frozen=True, kw_only=True)
class World:
    """In which equal versions are compared."""

    traffic: Traffic
    both: Behaviour = GOOD
    stack: str = "local"
    releases: int = 120


WORLDS: Final = {
    "200 requests/s, one of a thousand fails, one of a hundred is invalid": World(
        traffic=Traffic(rate=200, invalid=lambda second: 0.01, golden=10)
    ),
    "dealt out by chance": World(traffic=Traffic(rate=100, invalid=lambda second: 0.01, golden=10, in_turn=False)),
    "2 requests/s, and golden readings": World(traffic=Traffic(rate=2, golden=10)),
    "requests come and go, six times as many at the most": World(traffic=Traffic(rate=150, swing=0.7, golden=10)),
    "a client sends nonsense for ten seconds of each forty": World(
        traffic=Traffic(rate=100, invalid=lambda second: 0.3 * (second % 40 < 10), golden=10)
    ),
    "both fail, now more and now less, 5 % on average": World(
        traffic=Traffic(rate=100, golden=10, invalid=lambda second: 0.05 + 0.05 * sin(second / 30 * pi)),
        both=Behaviour(errors=0.05),
    ),
    "processes stand still for up to 0.2 s, each ten seconds": World(
        traffic=Traffic(rate=200, golden=10), both=Behaviour(errors=0.001, pauses=0.1, pause_seconds=0.2)
    ),
    "one answer of ten takes 50 ms longer": World(
        traffic=Traffic(rate=200, golden=10), both=Behaviour(errors=0.001, tail=0.1, tail_seconds=0.05)
    ),
    "stages of 300 s, 40 requests/s": World(
        traffic=Traffic(rate=40, invalid=lambda second: 0.01, golden=5), stack="prod", releases=60
    ),
    "stages of 300 s, 5 % fail": World(
        traffic=Traffic(rate=40, golden=5), both=Behaviour(errors=0.05), stack="prod", releases=60
    ),
}

BAD: Final = {
    "5 % of the requests fail": Behaviour(errors=0.05),
    "all answers take three times as long": Behaviour(errors=0.001, times=3),
    "one answer of ten takes 0.2 s longer": Behaviour(errors=0.001, tail=0.1, tail_seconds=0.2),
    "10 % of the requests are refused as invalid": Behaviour(errors=0.001, invalid=0.1),
    "answers are higher by half of their range": Behaviour(errors=0.001, shift=0.5),
}


def judged(
    folder: Path, model: Model, scrape: int, traffic: Traffic, canary: Behaviour, stable: Behaviour, releases: int
) -> list[list[Verdict]]:
    """The verdicts of each stage of each release."""
    stages = model.canary.stages
    random = np.random.default_rng(SEED)
    played = play(stages, traffic, canary, stable, releases=releases, scrape_seconds=scrape, random=random)
    folder.mkdir(exist_ok=True)
    with Prometheus(folder, played.told) as prometheus:
        by_stage = [
            judge(prometheus, metrics(SERIES, model, stage, scrape), [begins[number] for begins in played.begins])
            for number, stage in enumerate(stages)
        ]
    return [list(one) for one in zip(*by_stage, strict=True)]


def alike(folder: Path, world: World, releases: int) -> list[list[Verdict]]:
    model, scrape = MODELS[world.stack], SCRAPES[world.stack]
    return judged(folder, model, scrape, world.traffic, world.both, world.both, releases)


def worse(folder: Path, canary: Behaviour, stack: str, releases: int) -> list[list[Verdict]]:
    """With 20 requests per second for the canary in its first stage."""
    traffic = Traffic(rate=200, golden=0, invalid=lambda second: 0.01)
    return judged(folder, MODELS[stack], SCRAPES[stack], traffic, canary, GOOD, releases)


def missing(verdicts: list[list[Verdict]]) -> Counter[str]:
    return sum((one.missing for release in verdicts for one in release), Counter[str]())


def ended(release: list[Verdict], stages: list[int]) -> int | None:
    """Seconds of judging until a release was over: the windows of the stages that it passed, and what it took then."""
    passed = 0
    for verdict, seconds in zip(release, stages, strict=True):
        if verdict.at is not None:
            return passed + verdict.at
        passed += seconds
    return None


@pytest.mark.parametrize("name", [one for one, world in WORLDS.items() if world.stack == "local"][:2])
def test_equal_versions_are_not_told_apart(tmp_path: Path, name: str) -> None:
    verdicts = alike(tmp_path, WORLDS[name], 10)
    assert [one.failed for release in verdicts for one in release if one.failed] == []
    assert not missing(verdicts)


@pytest.mark.parametrize(
    ("name", "stage", "by"),
    [
        ("5 % of the requests fail", 1, "errors"),
        ("all answers take three times as long", 0, "slow"),
        ("answers are higher by half of their range", 0, "shift"),
    ],
)
def test_a_worse_version_is_told_by_then(tmp_path: Path, name: str, stage: int, by: str) -> None:
    for release in worse(tmp_path, BAD[name], "local", 8):
        assert any(by in verdict.failed for verdict in release[: stage + 1])
        assert {one for verdict in release for one in verdict.failed} <= {by, "p95", "p99", "slow"}


@pytest.fixture(scope="module")
def measured(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "analysis", SEED, [*WORLDS, *BAD]) as figures:
        yield figures


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", WORLDS)
def test_equal_versions_are_hardly_ever_told_apart(tmp_path: Path, measured: dict[str, Any], name: str) -> None:
    world = WORLDS[name]
    verdicts = alike(tmp_path, world, world.releases)
    windows = [one for release in verdicts for one in release]
    aborted = [release for release in verdicts if any(one.failed for one in release)]
    measured[name] = {
        "releases": len(verdicts),
        "windows": len(windows),
        "aborted": len(aborted),
        "by": dict(Counter(name for release in aborted for one in release for name in one.failed)),
    }
    assert not missing(verdicts)
    # Even one is more than the rate that is stated lets one expect in so few.
    assert FALSE_ABORTS * len(verdicts) < 1
    assert not aborted


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", BAD)
def test_a_worse_version_is_told_soon(tmp_path: Path, measured: dict[str, Any], name: str) -> None:
    found: dict[str, Any] = {}
    for stack, releases in (("local", 60), ("prod", 20)):
        verdicts = worse(tmp_path / stack, BAD[name], stack, releases)
        windows = [
            next(one.delay for one in metrics(SERIES, MODELS[stack], stage, SCRAPES[stack]) if one.name == "errors")
            for stage in MODELS[stack].canary.stages
        ]
        seconds = sorted(at for release in verdicts if (at := ended(release, windows)) is not None)
        found[stack] = {
            "releases": releases,
            "aborted": len(seconds),
            "in each stage": [
                sum(
                    bool(release[stage].failed) and not any(one.failed for one in release[:stage])
                    for release in verdicts
                )
                for stage in range(len(windows))
            ],
            "judged for (s), median": seconds[len(seconds) // 2] if seconds else None,
            "judged for (s), most": seconds[-1] if seconds else None,
        }
        assert len(seconds) == releases
    measured[name] = found


def test_there_are_windows_enough_to_see_the_rate() -> None:
    assert sum(len(MODELS[world.stack].canary.stages) * world.releases for world in WORLDS.values()) >= 2000
