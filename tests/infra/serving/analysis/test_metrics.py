import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import exp, sqrt
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import pytest

from infra.serving.analysis.comparison import LIMIT
from infra.serving.analysis.metrics import (
    FALSE_ABORTS,
    PATIENCE_SECONDS,
    SOON_SECONDS,
    TAILS,
    TOGETHER,
    Metric,
    metrics,
)
from infra.serving.config import BOUNDARIES, Model, Stage
from tests.infra import stacks
from tests.infra.prometheus import Prometheus
from tests.infra.serving.analysis.argo import HASHES, Phase, phase, resolved
from tests.infra.serving.analysis.pods import Behaviour, Told, Traffic, play
from tests.infra.serving.monitoring.served import MODEL, NAME, SERIES

pytestmark = pytest.mark.engine

SCRAPE = 5
FIRST, SECOND, BAKE = MODEL.canary.stages
END = 1000
"""The second at which what is made up here ends."""
COMPARED = {"errors", "own-errors", "slow", "p95", "p99", "invalid", "shift"}
POD = {"evidence", "ready", "restarts"}
PROD = Model.model_validate(
    next(iter(stacks.serving_configuration("prod")["slipway:models"].values())) | {"manifest": f"sha256:{'a' * 64}"}
)

Counts: TypeAlias = dict[str, tuple[float, float]]
"""By the series: what it was, and by how much it grows in the last forty seconds."""

LATENCY = "model_prediction_latency_seconds"


def status(one: str) -> str:
    return f'model_predictions_total{{status="{one}"}}'


def own(one: str) -> str:
    return f'model_synthetic_predictions_total{{status="{one}"}}'


def faster(end: str) -> str:
    return f'{LATENCY}_bucket{{status="success",le="{end}"}}'


def below(end: object) -> str:
    return f'model_prediction_value_bucket{{le="{end}"}}'


ANSWERED, SECONDS = f'{LATENCY}_count{{status="success"}}', f'{LATENCY}_sum{{status="success"}}'
READY, STARTED = 'service_state{state="ready"}', "process_start_time_seconds{}"
ENDS = ("0.01", "5.0", "+Inf")

USUAL: Counts = {
    **{status(one): (0, 0) for one in ("error", "invalid", "shed", "deadline", "not_loaded", "cancelled")},
    status("success"): (5000, 400),
    own("success"): (50, 0),
    own("error"): (0, 0),
    ANSWERED: (5000, 400),
    SECONDS: (20, 1.6),
    faster("0.005"): (4000, 320),
    **{faster(end): (5000, 400) for end in ENDS},
    **{below(float(end)): (500 * end, 40 * end) for end in range(1, 11)},
    below("+Inf"): (5000, 400),
    READY: (1, 0),
    STARTED: (1000, 0),
}
"""Of a pod that is well: four of five answers take at most 5 ms, and what it answers is even between 0 and 10."""

FAILS: Counts = {status("error"): (0, 80)}
REFUSES: Counts = {status("invalid"): (0, 80)}
SLOW: Counts = {SECONDS: (20, 10), faster("0.005"): (4000, 0), faster("0.01"): (5000, 0)}
IDLE: Counts = dict.fromkeys((status("success"), ANSWERED, faster("0.005"), *map(faster, ENDS)), (50, 0))
OTHER_ENDS = {series: counts for series, counts in USUAL.items() if "value_bucket" not in series}


def elsewhere(by: float) -> Counts:
    """The buckets of a model that was published with other answers; its own are higher by so much."""
    ends = (0.5 + end for end in range(11))
    return OTHER_ENDS | {below(end): (0, 40 * min(max(end - by, 0), 10)) for end in ends} | {below("+Inf"): (0, 400)}


def told(place: str, version: str, counts: Counts) -> Told:
    """What a pod of a version tells, with the scene that it is in as its namespace."""
    labels = f'namespace="{place}",model="{NAME}",pod="{NAME}-{HASHES[version]}-aaaaa",'
    return {
        series.replace("{", "{" + labels): [
            (at, before + growth * max(0, at - END + 40) / 40) for at in range(0, END + 1, SCRAPE)
        ]
        for series, (before, growth) in counts.items()
    }


def earlier(series: Told, seconds: int) -> Told:
    """The same, so much earlier, and then nothing more."""
    return {
        name: [(at, dict(samples)[min(at + seconds, END)]) for at, _ in samples] for name, samples in series.items()
    }


def young(series: Told) -> Told:
    """What a Prometheus has that began to look eight seconds ago."""
    return {name: [one for one in samples if one[0] > END - 8] for name, samples in series.items()}


@dataclass(frozen=True)
class Scene:
    """What both versions do, as far as it isn't usual, and what is to be told of it."""

    canary: Counts | None = field(default_factory=Counts)
    stable: Counts | None = field(default_factory=Counts)
    bad: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    stage: Stage = FIRST
    changed: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    seen: Callable[[Told], Told] = lambda series: series
    """As Prometheus has it."""
    whole: bool = False
    """Whether `canary` is all that it tells."""

    def told(self, place: str) -> Told:
        canary = self.canary if self.whole or self.canary is None else USUAL | self.canary
        stable = told(place, "stable", USUAL | self.stable) if self.stable is not None else {}
        # In the bake time all requests are the new version's.
        stable = earlier(stable, self.stage.seconds) if self.stage is BAKE else stable
        return self.seen((told(place, "canary", canary) if canary is not None else {}) | stable)


def bad(*names: str) -> frozenset[str]:
    return frozenset(names)


SCENES = {
    "both do the same": Scene(),
    "fails": Scene(canary=FAILS, bad=bad("errors")),
    "too late": Scene(canary={status("deadline"): (0, 80)}, bad=bad("errors")),
    "sheds": Scene(canary={status("shed"): (0, 80)}, bad=bad("errors")),
    "has no model": Scene(canary={status("not_loaded"): (0, 80)}, bad=bad("errors")),
    "clients give up": Scene(canary={status("cancelled"): (0, 80)}, bad=bad("errors")),
    "fails golden readings": Scene(canary={own("success"): (0, 320), own("error"): (0, 80)}, bad=bad("own-errors")),
    "refuses": Scene(canary=REFUSES, bad=bad("invalid")),
    "failed before": Scene(canary={status("error"): (80, 0)}),
    "slow": Scene(canary=SLOW, bad=bad("slow", "p95", "p99")),
    "crosses a bucket's end by a hair": Scene(canary={faster("0.005"): (4000, 0)}),
    "one answer takes four seconds": Scene(canary={SECONDS: (20, 6)}),
    "restarts": Scene(canary={STARTED: (1000, 40)}, bad=bad("restarts")),
    "not ready": Scene(canary={READY: (0, 0)}, bad=bad("ready")),
    "high answers": Scene(canary={below(float(end)): (500 * end, 0) for end in range(1, 10)}, bad=bad("shift")),
    "low answers": Scene(canary={below(float(end)): (500 * end, 400) for end in range(1, 11)}, bad=bad("shift")),
    "too few": Scene(
        canary={status("success"): (5000, 4), own("success"): (0, 4)}, bad=bad("evidence"), open=frozenset(COMPARED)
    ),
    "both fail": Scene(canary=FAILS, stable=FAILS),
    "both refuse": Scene(canary=REFUSES, stable=REFUSES),
    "both restart": Scene(canary={STARTED: (1000, 40)}, stable={STARTED: (1000, 40)}),
    "both are slow": Scene(canary=SLOW, stable=SLOW),
    "stable alone is bad": Scene(stable=FAILS | REFUSES | SLOW),
    "other answers, as allowed": Scene(
        canary={below(float(end)): (500 * end, 10 * end) for end in range(1, 8)}, changed={"shift": 0.9}
    ),
    "other answers, by design": Scene(
        canary={below(float(end)): (500 * end, 0) for end in range(1, 10)}, changed={"shift": None}
    ),
    "other buckets": Scene(canary=elsewhere(0), whole=True),
    "other buckets and answers": Scene(canary=elsewhere(5), whole=True, bad=bad("shift")),
    "nobody asks but Slipway": Scene(canary=IDLE | {own("success"): (0, 400)}, stable=IDLE),
    # That Prometheus sees the stable version's pods and none of the new one's is an answer.
    "no canary": Scene(canary=None, bad=bad("evidence", "ready"), open=frozenset(COMPARED | {"restarts"})),
    "no stable": Scene(stable=None, open=frozenset(COMPARED - {"own-errors"} | {"ready", "restarts"})),
    "nothing": Scene(canary=None, stable=None, bad=bad("evidence"), open=frozenset(COMPARED | {"ready", "restarts"})),
    "Prometheus has just begun": Scene(
        canary=None, seen=young, bad=bad("evidence"), open=frozenset(COMPARED | {"ready", "restarts"})
    ),
    "baked": Scene(stage=BAKE),
    "bad in the bake time": Scene(canary=FAILS | SLOW | REFUSES, stage=BAKE, bad=bad("errors", "slow", "p95", "p99")),
}


def judged(stage: Stage = FIRST, place: str = "serving", **changed: float | None) -> dict[str, Metric]:
    assert MODEL.analysis
    model = MODEL.model_copy(update={"analysis": MODEL.analysis.model_copy(update=changed)})
    return {one.name: one for one in metrics(replace(SERIES, namespace=place), model, stage, SCRAPE)}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    series = {name: samples for place, scene in SCENES.items() for name, samples in scene.told(place).items()}
    with Prometheus(tmp_path_factory.mktemp("prometheus"), series) as one:
        yield one


@pytest.mark.parametrize("place", SCENES)
def test_what_is_worse_is_told_and_nothing_else(prometheus: Prometheus, place: str) -> None:
    scene = SCENES[place]
    asked = judged(scene.stage, place, **scene.changed)
    values = {name: [value for _, value in prometheus.now(resolved(one.query), END)] for name, one in asked.items()}
    phases = {name: phase(asked[name], found) for name, found in values.items()}
    assert {name for name, one in phases.items() if one is Phase.FAILED} == scene.bad
    assert {name for name, one in phases.items() if one is Phase.ERROR} == scene.open
    for name in values.keys() - scene.open - {"evidence"}:
        value, limit, *figures = values[name]
        assert (value > limit) == (name in scene.bad)
        assert max(figures) <= limit == LIMIT


def test_figures_are_of_both_versions_in_the_order_in_which_they_are_read(prometheus: Prometheus) -> None:
    found = {
        name: prometheus.now(resolved(one.query), END)
        for name, one in judged(place="slow").items()
        if name != "evidence"
    }
    assert {tuple(labels["figure"] for labels, _ in one) for one in found.values()} == {
        ("value", "limit", "canary", "stable")
    }
    figures = {name: [value for _, value in one[2:]] for name, one in found.items()}
    assert figures["errors"] == figures["invalid"] == [0, 0]
    assert figures["slow"] == [pytest.approx(0.025), pytest.approx(0.004)]
    assert figures["p95"] == [pytest.approx(4.75, rel=0.1), pytest.approx(0.00875)]
    assert figures["ready"] == [1, 1]


def test_what_is_measured_in_each_stage() -> None:
    assert judged().keys() == judged(SECOND).keys() == POD | COMPARED
    assert judged(BAKE).keys() == POD | COMPARED - {"invalid", "shift"}
    assert judged(shift=None).keys() == POD | COMPARED - {"shift"}


def test_no_order_of_the_samples_makes_good_of_bad() -> None:
    for samples in ([101, 100, 0.5, 0.1], [0.1, 0.5, 100, 101], [0.5, 101, 0.1, 100]):
        assert phase(judged()["errors"], samples) is Phase.FAILED
    assert phase(judged()["errors"], [99, 100, 0.5, 0.1]) is Phase.SUCCESSFUL
    assert phase(judged()["errors"], [100, 0.5, 0.1]) is Phase.ERROR
    assert phase(judged()["errors"], []) is Phase.ERROR


def rates(model: Model, scrape: int) -> Iterator[tuple[str, float]]:
    """How often each look of a release ends it by chance, as its query says it."""
    for stage in model.canary.stages:
        for one in metrics(SERIES, model, stage, scrape):
            name = one.name.removesuffix("-soon")
            if name not in COMPARED:
                continue
            [root] = set(re.findall(r"sqrt\(([\d.]+) \* \(1 / ", one.query))
            together = TOGETHER if name in {"slow", *TAILS} else 1
            factor = float(root) * (1 - scrape / one.delay) / together
            # Massart's bound, and the tail of a normal distribution.
            rate = exp(1 - 2 * factor) if name == "shift" else NormalDist().cdf(-2 * sqrt(factor))
            # The largest of so many is so many times as often too large.
            yield from [(name, rate * (len(BOUNDARIES) if name == "slow" else 1))] * one.count


@pytest.mark.parametrize(("model", "scrape", "looks"), [(MODEL, 5, 3), (PROD, 15, 54)])
def test_all_comparisons_of_a_release_share_its_rate(model: Model, scrape: int, looks: int) -> None:
    each = list(rates(model, scrape))
    assert {name for name, _ in each} == COMPARED
    assert [name for name, _ in each].count("errors") == looks
    assert [rate for _, rate in each] == [pytest.approx(FALSE_ABORTS / len(each), rel=0.01)] * len(each)


def test_a_long_stage_is_looked_at_before_its_end() -> None:
    stage = PROD.canary.stages[0]
    found = {one.name: one for one in metrics(SERIES, PROD, stage, 15)}
    soon = found["errors-soon"]
    looks = [soon.delay + soon.interval * number for number in range(soon.count)]
    assert looks[0] == SOON_SECONDS
    assert looks[-1] < found["errors"].delay <= looks[-1] + soon.interval
    assert {name for name in found if name.endswith("-soon")} == {f"{name}-soon" for name in COMPARED}
    assert f"[{SOON_SECONDS}s]" in soon.query
    assert f"[{found['errors'].delay}s]" in found["errors"].query


def test_a_short_window_has_samples_enough_for_an_increase() -> None:
    short = Stage(weight=10, seconds=20)
    model = MODEL.model_copy(update={"canary": MODEL.canary.model_copy(update={"bake_seconds": 20})})
    assert {one.delay for one in metrics(SERIES, model, short, 15) if one.name in COMPARED} == {60}


def test_evidence_is_waited_for_and_then_missing() -> None:
    evidence = judged()["evidence"]
    assert evidence.delay + (evidence.count - 1) * evidence.interval == 25 + PATIENCE_SECONDS
    assert (evidence.failure_limit, evidence.consecutive_success_limit) == (-1, 1)
    assert [phase(evidence, [value]) for value in (49, 50)] == [Phase.FAILED, Phase.SUCCESSFUL]
    assert phase(evidence, []) is Phase.FAILED


def test_without_an_analysis_nothing_is_measured() -> None:
    assert metrics(SERIES, MODEL.model_copy(update={"analysis": None}), FIRST, SCRAPE) == []


def test_a_stage_fits_into_an_object_of_the_cluster() -> None:
    # Twice: an AnalysisRun has what was asked beside what is to be asked.
    for stage in PROD.canary.stages:
        assert 2 * sum(len(one.query) for one in metrics(SERIES, PROD, stage, 15)) < 200_000


def test_what_is_played_is_all_that_is_asked_for() -> None:
    random = np.random.default_rng(1)
    played = play([FIRST], Traffic(rate=9), Behaviour(), Behaviour(), releases=1, scrape_seconds=5, random=random)
    asked = {name for one in judged().values() for name in re.findall(r"(\w+)\{", resolved(one.query))}
    assert asked <= {series.partition("{")[0] for series in played.told}
