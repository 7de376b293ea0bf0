"""What is measured of a new version beside the stable one, in each stage of a release, and when that ends it.

The windows are the stages' own, so that both versions had the same requests to answer. A long stage is looked at in
windows of a minute too, because of the harm that is done until its end. In the bake time the stable version has no
requests any more: its share of bad ones is that of the stage before, and what depends on the clients (what they send,
and so what is answered) isn't compared.

What a comparison gives is four samples: percent of what it takes to end the release, its limit, and the figure of each
version. Argo Rollouts knows samples by their places, and Prometheus promises no order; so that an order can't turn bad
into good, none of the figures may be above the limit. Where something is missing, there is no fourth sample, which
makes an error of it: it counts neither for nor against the version, and is asked for again.

Versions that are equal are told apart in fewer than one release of `1 / FALSE_ABORTS`: all comparisons of a release
share that rate evenly, which adds up to no more, however they hang together (docs/decisions/0028).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra.serving.analysis.comparison import LIMIT, Comparison, Counts
from infra.serving.config import BOUNDARIES, Analysis, Model, Stage
from infra.serving.monitoring.series import Series

FALSE_ABORTS: Final = 0.001
"""Share of releases that are ended although the new version is like the stable one: no more than this."""

SOON_SECONDS: Final = 60
"""Windows that a stage is looked at in before its end, if it is at least twice as long."""
SOON_EVERY: Final = 15
"""Seconds between two of these looks."""

PATIENCE_SECONDS: Final = 60
"""After its end a stage waits so long for requests that are missing."""

TAILS: Final = {"p95": 0.05, "p99": 0.01}
"""Shares of answers that are slower."""
TENTHS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of predictions, at which two distributions are compared."""
TIMES: Final = 2.5
"""So much slower is slow: between two of the buckets' ends nothing is known, and none is further from the next."""
LONGER: Final = 1.5
"""So much longer the mean is where answers are slower; otherwise many have crossed a bucket's end by a hair."""
TOGETHER: Final = 2
"""Slow answers that have one cause: a process that stands still for a tenth of a second at twenty requests a second."""

_SCRAPES: Final = 4
"""A window has at least so many samples."""
_EVERY: Final = 10
"""Seconds between two looks at pods."""

_CLIENTS: Final = "model_predictions_total"
_OWN: Final = "model_synthetic_predictions_total"
_LATENCY: Final = "model_prediction_latency_seconds"
_PREDICTION: Final = "model_prediction_value"
_FAILED: Final = 'status=~"error|deadline|shed|not_loaded|cancelled"'
_OWED: Final = 'status!="invalid"'
_INVALID: Final = 'status="invalid"'
_ANSWERED: Final = 'status="success"'
_READY: Final = 'state="ready"'
_NEVER: Final = Counts("vector(0)", "vector(1e9)")
_ALL: Final = 100  # percent
_FIGURES: Final = ("value", "limit", "canary", "stable")
_BAD: Final = " || ".join(f"result[{place}] > {LIMIT}" for place in range(len(_FIGURES)))


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A question that Argo Rollouts asks Prometheus again and again, and when its answer ends a release.

    Attributes:
        name: in kebab case.
        query: PromQL, with the pods of both versions as `{{args.canary}}` and `{{args.stable}}`.
        success: expression on `result`; what isn't is a failure. None: what is no failure.
        failure: expression on `result`; what isn't is a success. None: what is no success.
        delay: seconds before the first question.
        interval: seconds between two questions.
        count: so many answers.
        failure_limit: more failures end the release; -1: none does.
        consecutive_success_limit: with so many successes in a row it is enough; without them all, it failed.
    """

    name: str
    query: str
    success: str | None = None
    failure: str | None = None
    delay: int
    interval: int
    count: int
    failure_limit: int = 0
    consecutive_success_limit: int | None = None


def metrics(series: Series, model: Model, stage: Stage, scrape_seconds: int) -> list[Metric]:
    """What is measured in one stage of a release.

    Args:
        series: the model's.
        model: its stages, and its `analysis` with the margins; without one nothing is measured.
        stage: one of the model's.
        scrape_seconds: how often its pods are asked.
    """
    if model.analysis is None:
        return []
    judged = _Judged(series, model.analysis, model.canary.stages, scrape_seconds)
    return [judged.evidence(stage), *judged.pods(stage), *judged.compared(stage)]


@dataclass(frozen=True, kw_only=True)
class _Form:
    """A comparison: how much speaks against the canary, and what is to be seen of both."""

    name: str
    value: str
    canary: str
    stable: str


@dataclass(frozen=True)
class _Side:
    """What one version did in a window."""

    series: Series
    argument: str
    window: str

    def of(self, metric: str, *matchers: str) -> str:
        """Its pods' series: Argo Rollouts knows them by the hash in their names."""
        pods = f'pod=~"{self.series.model}-{{{{args.{self.argument}}}}}-[^-]+"'
        return self.series.of(metric, pods, *matchers, window=self.window)

    def many(self, metric: str, *matchers: str) -> str:
        return f"sum(increase({self.of(metric, *matchers)}))"

    def buckets(self, metric: str, *matchers: str) -> str:
        return f"sum by (le) (increase({self.of(f'{metric}_bucket', *matchers)}))"

    @property
    def requests(self) -> str:
        """Those of clients, and Slipway's own, which tell enough where nobody else asks."""
        return " + ".join(self.many(one) for one in (_CLIENTS, _OWN))

    def failed(self, requests: str) -> Counts:
        return Counts(self.many(requests, _FAILED), self.many(requests, _OWED))

    @property
    def invalid(self) -> Counts:
        return Counts(self.many(_CLIENTS, _INVALID), self.many(_CLIENTS))

    @property
    def answers(self) -> str:
        return self.many(f"{_LATENCY}_count", _ANSWERED)

    @property
    def late(self) -> Counts:
        """Answers that took longer than each bucket's end."""
        in_time = self.buckets(_LATENCY, _ANSWERED)
        return Counts(f"clamp_min({self.answers} - on () group_right () {in_time}, 0)", self.answers)

    @property
    def mean(self) -> str:
        return f"{self.many(f'{_LATENCY}_sum', _ANSWERED)} / clamp_min({self.answers}, 1)"

    def quantile(self, level: str) -> str:
        """Seconds; 0 where nothing was answered."""
        found = f"histogram_quantile({level}, {self.buckets(_LATENCY, _ANSWERED)}) >= 0"
        return f"(({found}) or 0 * {self.answers})"


@dataclass(frozen=True)
class _Judged:
    """A model whose releases are judged."""

    series: Series
    analysis: Analysis
    stages: list[Stage]
    scrape_seconds: int

    def evidence(self, stage: Stage) -> Metric:
        seconds = self._seconds(stage)
        return Metric(
            name="evidence",
            query=_Side(self.series, "canary", f"{seconds}s").requests,
            success=f"len(result) > 0 && result[0] >= {self.analysis.minimum_requests}",
            delay=seconds,
            interval=_EVERY,
            count=PATIENCE_SECONDS // _EVERY + 1,
            failure_limit=-1,
            consecutive_success_limit=1,
        )

    def pods(self, stage: Stage) -> Iterator[Metric]:
        """Whether the new version's pods live."""
        seconds = self._seconds(stage)
        recent = f"{_SCRAPES * self.scrape_seconds}s"
        lives, beside = (_Side(self.series, one, recent).of("service_state", _READY) for one in ("canary", "stable"))
        ready = f"(sum(max_over_time({lives})) or vector(0))"
        others = f"sum(max_over_time({beside}))"
        # Prometheus has been looking all the time: after a start of its own it may find one version's pods first.
        looks = f"max(count_over_time({beside})) >= {_SCRAPES - 1}"
        yield Metric(
            name="ready",
            query=_samples(f"{2 * LIMIT} * ({ready} == bool 0) and on () {looks}", ready, others),
            failure=_BAD,
            delay=_SCRAPES * self.scrape_seconds,
            interval=_EVERY,
            count=(seconds - _SCRAPES * self.scrape_seconds) // _EVERY + 1,
        )
        starts = [
            f"max(changes({_Side(self.series, one, f'{seconds}s').of('process_start_time_seconds')}))"
            for one in ("canary", "stable")
        ]
        yield Metric(
            name="restarts",
            query=_samples(f"{2 * LIMIT} * ({starts[0]} > bool {starts[1]})", *starts),
            failure=_BAD,
            delay=_EVERY,
            interval=_EVERY,
            count=max(seconds // _EVERY, 1),
        )

    def compared(self, stage: Stage) -> Iterator[Metric]:
        """What the new version does with its requests, beside the stable one."""
        seconds = self._seconds(stage)
        rate = FALSE_ABORTS / sum(
            self._looks(one) * len(list(self._forms(one, self._seconds(one), 0.5))) for one in self.stages
        )
        if soon := self._looks(stage) - 1:
            for form in self._forms(stage, SOON_SECONDS, rate):
                yield Metric(
                    name=f"{form.name}-soon",
                    query=_samples(form.value, form.canary, form.stable),
                    failure=_BAD,
                    delay=SOON_SECONDS,
                    interval=SOON_EVERY,
                    count=soon,
                )
        enough = f"{_Side(self.series, 'canary', f'{seconds}s').requests} >= {self.analysis.minimum_requests}"
        for form in self._forms(stage, seconds, rate):
            yield Metric(
                name=form.name,
                # The verdict is that of enough requests, and there is none before.
                query=_samples(f"{form.value} and on () {enough}", form.canary, form.stable),
                failure=_BAD,
                delay=seconds,
                interval=_EVERY,
                count=1,
            )

    def _forms(self, stage: Stage, seconds: int, rate: float) -> Iterator[_Form]:
        canary = _Side(self.series, "canary", f"{seconds}s")
        bake = stage.weight == _ALL
        stable = _Side(self.series, "stable", f"{self._before(stage) if bake else seconds}s")
        seen = 1 - self.scrape_seconds / seconds
        alone = Comparison(rate=rate, seen=seen)
        bursts = Comparison(rate=rate, seen=seen, together=TOGETHER)
        ends = Comparison(rate=rate / len(BOUNDARIES), seen=seen, together=TOGETHER)
        margins = self.analysis

        yield _Form(
            name="errors",
            value=alone.more(canary.failed(_CLIENTS), stable.failed(_CLIENTS), margins.errors),
            canary=canary.failed(_CLIENTS).share,
            stable=stable.failed(_CLIENTS).share,
        )
        yield _Form(
            name="own-errors",
            value=alone.more(canary.failed(_OWN), _NEVER, margins.errors),
            canary=canary.failed(_OWN).share,
            stable="vector(0)",
        )
        yield _Form(
            name="slow",
            value=f"max({ends.more(canary.late, stable.late, margins.slow)}) "
            f"* ({canary.mean} > bool {LONGER:g} * {stable.mean})",
            canary=canary.mean,
            stable=stable.mean,
        )
        for name, share in TAILS.items():
            # Of the highest answers at most twice as many as there are.
            level = bursts.level(canary.answers, stable.answers, share + min(share, margins.slow))
            quantile = f"{1 - share:g}"
            yield _Form(
                name=name,
                value=f"({LIMIT} * {canary.quantile(level)} / ({TIMES:g} * {stable.quantile(quantile)} > 0) "
                f"or 0 * {canary.answers})",
                canary=canary.quantile(quantile),
                stable=stable.quantile(quantile),
            )
        if bake:
            return
        yield _Form(
            name="invalid",
            value=alone.more(canary.invalid, stable.invalid, margins.invalid),
            canary=canary.invalid.share,
            stable=stable.invalid.share,
        )
        if margins.shift is not None:
            distance = _distance(canary, stable)
            yield _Form(
                name="shift",
                value=alone.further(distance, canary.answers, stable.answers, margins.shift),
                canary=distance,
                stable="vector(0)",
            )

    def _seconds(self, stage: Stage) -> int:
        """The window at a stage's end, which waits for the scrape that tells of its last seconds."""
        return max(stage.seconds + self.scrape_seconds, _SCRAPES * self.scrape_seconds)

    def _before(self, stage: Stage) -> int:
        """A window in which the stable version had requests, at any time of the bake time."""
        shares = [one for one in self.stages if 0 < one.weight < _ALL]
        return self._seconds(stage) + self._seconds(shares[-1] if shares else stage)

    def _looks(self, stage: Stage) -> int:
        """How often requests are compared in a stage."""
        seconds = self._seconds(stage)
        return 1 + (max(math.ceil((seconds - SOON_SECONDS) / SOON_EVERY), 0) if seconds >= 2 * SOON_SECONDS else 0)


def _distance(canary: _Side, stable: _Side) -> str:
    """The largest one at some of the stable's quantiles: a new model's buckets may end elsewhere than an old one's."""
    answers, beside = (side.buckets(_PREDICTION) for side in (canary, stable))
    apart = [
        f"label_replace(abs(histogram_fraction(-Inf, scalar(histogram_quantile({tenth:g}, {beside})), {answers}) "
        f'- {tenth:g}), "at", "{tenth:g}", "", "")'
        for tenth in TENTHS
    ]
    return f"(max({' or '.join(apart)}) >= 0 or 0 * {canary.answers})"


def _samples(*values: str) -> str:
    """A comparison's four samples."""
    value, canary, stable = values
    named = zip(_FIGURES, (value, f"vector({LIMIT})", canary, stable), strict=True)
    return " or ".join(f'label_replace({one}, "figure", "{name}", "", "")' for name, one in named)
