"""Pods of two versions that answer requests, and what they tell Prometheus of it: release after release."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from infra.serving.config import BOUNDARIES, Stage
from tests.infra.serving.analysis.argo import HASHES
from tests.infra.serving.monitoring.served import NAME

Numbers: TypeAlias = NDArray[np.float64]
Told: TypeAlias = dict[str, list[tuple[float, float]]]
"""Seconds and values by series."""

PREDICTIONS: Final = tuple(round(0.05 * end, 2) for end in range(1, 21))
"""Where the buckets of predictions end: at the quantiles of what is evenly distributed."""

RELEASES: Final = {
    "canary": {"model_version": "1.1.0", "release": "3c4d5e6f70"},
    "stable": {"model_version": "1.0.0", "release": "1a2b3c4d5e"},
}
"""What each version's pods say that they are."""

_NONE: Final = ("deadline", "shed", "not_loaded", "cancelled")
_START: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What a version makes of its requests. About 4 ms each, and one of a hundred more than 13, if it isn't slow.

    Attributes:
        errors: the share that fails.
        invalid: the share that it refuses, beside what no version would take.
        times: all answers take so many times as long.
        tail: the share of answers that take `tail_seconds` more.
        tail_seconds: how much.
        shift: predictions, between 0 and 1, are higher by so much.
        pauses: of a process, per second: all that it has waits for up to `pause_seconds`.
        pause_seconds: how long.
    """

    errors: float = 0
    invalid: float = 0
    times: float = 1
    tail: float = 0
    tail_seconds: float = 0
    shift: float = 0
    pauses: float = 0
    pause_seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What clients send, and who answers.

    Attributes:
        rate: requests per second, on average.
        swing: the share of them that comes and goes, within two minutes.
        invalid: the share that no version takes, at a second.
        golden: golden readings per second, which the new version alone is asked.
        pods: of each version; the new one has fewer, as its share of the requests is.
        in_turn: whether the gateway deals requests out in turn, or by chance.
    """

    rate: float
    swing: float = 0
    invalid: Callable[[float], float] = lambda second: 0
    golden: float = 0
    pods: int = 2
    in_turn: bool = True


@dataclass
class _Pod:
    version: str
    name: str
    how: Behaviour
    late: float
    """Seconds between what happened and the scrape that tells of it."""
    ended: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("success", "error", "invalid", *_NONE), 0.0))
    synthetic: float = 0
    seconds: float = 0
    latency: Numbers = field(default_factory=lambda: np.zeros(len(BOUNDARIES) + 1))
    predictions: Numbers = field(default_factory=lambda: np.zeros(len(PREDICTIONS) + 1))
    told: dict[str, list[tuple[float, float]]] = field(default_factory=dict[str, list[tuple[float, float]]])

    def answer(self, requests: int, refused: float, seconds: float, random: np.random.Generator) -> None:
        invalid = random.binomial(requests, refused + (1 - refused) * self.how.invalid)
        failed = random.binomial(requests - invalid, self.how.errors)
        good = requests - invalid - failed
        for status, many in (("success", good), ("error", failed), ("invalid", invalid)):
            self.ended[status] += many
        took = self.how.times * 0.004 * np.exp(0.5 * random.standard_normal(good))
        took += self.how.tail_seconds * (random.random(good) < self.how.tail)
        came = seconds * random.random(good)
        for begins in seconds * random.random(random.poisson(self.how.pauses * seconds)):
            waits = begins + self.how.pause_seconds * random.random() - came
            took += np.where(came > begins, np.clip(waits, 0, None), 0)
        self.seconds += float(took.sum())
        self.latency += np.bincount(np.searchsorted(BOUNDARIES, took), minlength=len(self.latency))
        answers = np.minimum(random.random(good) + self.how.shift, 1)
        self.predictions += np.bincount(np.searchsorted(PREDICTIONS, answers), minlength=len(self.predictions))

    def scraped(self, at: float) -> None:
        good, latency = self.ended["success"], "model_prediction_latency_seconds"
        for status, many in self.ended.items():
            self._tell(at, "model_predictions_total", many, status=status)
            self._tell(at, "model_synthetic_predictions_total", self.synthetic * (status == "success"), status=status)
        self._tell(at, f"{latency}_sum", self.seconds, status="success")
        self._tell(at, f"{latency}_count", good, status="success")
        self._tell(at, "model_prediction_value_count", good)
        for end, below in zip((*map(repr, BOUNDARIES), "+Inf"), np.cumsum(self.latency).tolist(), strict=True):
            self._tell(at, f"{latency}_bucket", below, status="success", le=end)
        for end, below in zip((*map(repr, PREDICTIONS), "+Inf"), np.cumsum(self.predictions).tolist(), strict=True):
            self._tell(at, "model_prediction_value_bucket", below, le=end)
        self._tell(at, "service_state", 1, state="ready")
        self._tell(at, "process_start_time_seconds", _START)

    def _tell(self, at: float, metric: str, value: float, **labels: str) -> None:
        pod = f"{NAME}-{HASHES[self.version]}-{self.name}"
        own = {"namespace": "serving", "model": NAME, "pod": pod, **RELEASES[self.version]}
        series = ",".join(f'{label}="{one}"' for label, one in (own | labels).items())
        self.told.setdefault(f"{metric}{{{series}}}", []).append((at + self.late, value))


@dataclass(frozen=True)
class Played:
    """Releases that were played.

    Attributes:
        told: what Prometheus gets.
        begins: the second in which each stage begins, release by release.
        requests: how many the new version had in each stage.
    """

    told: Told
    begins: Sequence[Sequence[int]]
    requests: Sequence[Sequence[int]]


def play(
    stages: Sequence[Stage],
    traffic: Traffic,
    canary: Behaviour,
    stable: Behaviour,
    *,
    releases: int,
    scrape_seconds: int,
    random: np.random.Generator,
) -> Played:
    """Release after release, each with pods of its own beside those of the stable version, which stay.

    Between two of them the stable version has all requests, for as long as the longest window.
    """
    rest = Stage(weight=0, seconds=_longest(stages, scrape_seconds))
    olds = [_Pod("stable", f"old{one}", stable, scrape_seconds * random.random()) for one in range(traffic.pods)]
    news: list[_Pod] = []
    begins: list[list[int]] = []
    requests: list[list[int]] = []
    second = 0
    for number in range(releases):
        tried = [
            _Pod("canary", f"new{number}x{one}", canary, scrape_seconds * random.random())
            for one in range(traffic.pods)
        ]
        news += tried
        begins.append([])
        requests.append([])
        for stage in (rest, *stages):
            share = stage.weight / 100
            asked = tried[: max(1, round(share * len(tried)))] if stage is not rest else []
            had = _had(tried)
            if asked:
                begins[-1].append(second)
                for pod in asked:
                    if not pod.told:  # it is there, and asked nothing, before it gets its share
                        pod.scraped(second - scrape_seconds)
            for _ in range(stage.seconds // scrape_seconds):
                swing = 1 + traffic.swing * math.sin(second / 20)
                every = int(random.poisson(traffic.rate * scrape_seconds * swing))
                whole = int(share * every + random.random())
                theirs = whole if traffic.in_turn else int(random.binomial(every, share))
                second += scrape_seconds
                for pods, many in ((asked, theirs), (olds, every - theirs)):
                    each = random.multinomial(many, [1 / len(pods)] * len(pods)) if pods else ()
                    for pod, its in zip(pods, each, strict=True):
                        pod.answer(int(its), traffic.invalid(second), scrape_seconds, random)
                        pod.synthetic += scrape_seconds * traffic.golden / len(pods) * (pods is asked)
                        pod.scraped(second)
            if asked:
                requests[-1].append(int(_had(tried) - had))
    told = {series: samples for pod in (*olds, *news) for series, samples in pod.told.items()}
    return Played(told, begins, requests)


def _had(pods: Sequence[_Pod]) -> float:
    return sum(sum(pod.ended.values()) for pod in pods)


def _longest(stages: Sequence[Stage], scrape_seconds: int) -> int:
    """The longest window: two stages, and the scrapes that come late."""
    seconds = [max(stage.seconds, 4 * scrape_seconds) for stage in stages]
    return sum(sorted(seconds)[-2:]) + 2 * scrape_seconds
