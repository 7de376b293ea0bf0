"""What a model has promised, and how fast the promise is being broken: the service's objectives and their budgets.

Two objectives, each a share of events that are good. `errors`: of the requests that a prediction was owed to, those
that got one. `slow`: of the predictions, those that came in time. What counts as which, and why, is written down in
docs/decisions/0021.

The budget is what an objective leaves for bad events. At a burn of 1 it is used up in exactly thirty days. Four pairs
of windows watch for it (Google's SRE workbook, chapter 5): the long one says that it matters, the short one that it
goes on, so that an alert ends soon after its cause.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from infra.serving.config import Objectives
from infra.serving.monitoring.series import Series
from infra.shared.rules import EVALUATION_SECONDS, Alert, Recording, Severity

QUICK: Final = {"5m": 300, "1h": 3600}
"""Windows in seconds by which a total failure is told within two minutes, so they are looked at all the time."""
SLOW: Final = {"30m": 1800, "2h": 7200, "6h": 21600}
"""Those for which once a minute will do."""
LONG: Final = {"1d": 86400, "3d": 259200}
"""Those that add up the recorded rates of five minutes: of what the pods tell, there are hundreds of thousands."""
WINDOWS: Final = QUICK | SLOW | LONG

FEWEST: Final = 10
"""So many events of a window have to be bad before anybody is told: of a hundred requests a day, one is one percent,
and no reason to get up."""

_FAILED: Final = 'status=~"error|deadline|shed|not_loaded"'
_OWED: Final = 'status!~"invalid|cancelled"'
_ANSWERED: Final = 'status="success"'
_GAVE_UP: Final = 'status="cancelled"'
_EITHER: Final = 'status=~"success|cancelled"'
_TURNED_AWAY: Final = 'reason="connections"'


@dataclass(frozen=True, kw_only=True)
class Burn:
    """How fast a budget may be used up before somebody is told.

    Attributes:
        factor: times as fast as it would last thirty days.
        long: the window in which it has to be so.
        short: the window in which it has to be so still.
        keep_seconds: how long it goes on after that.
        severity: how loud it is.
    """

    factor: str
    long: str
    short: str
    keep_seconds: int
    severity: Severity


# The shares of a month's budget that are gone by then: 2 %, 5 %, 10 %, 10 %.
BURNS: Final = (
    Burn(factor="14.4", long="1h", short="5m", keep_seconds=300, severity=Severity.PAGE),
    Burn(factor="6", long="6h", short="30m", keep_seconds=900, severity=Severity.PAGE),
    Burn(factor="3", long="1d", short="2h", keep_seconds=3600, severity=Severity.TICKET),
    Burn(factor="1", long="3d", short="6h", keep_seconds=3600, severity=Severity.TICKET),
)


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One of a model's objectives.

    Attributes:
        series: the model's.
        name: what its bad events are: `errors` or `slow`.
        of: what all its events are: `requests` or `answers`.
        percent: how many of them are to be good.
        bad_over: the bad ones per second, over a window.
        events_over: all of them per second, over a window.
        alert: name of its alerts.
        meaning: of a bad event, for whom the alert wakes.
    """

    series: Series
    name: str
    of: str
    percent: Decimal
    bad_over: Callable[[str], str]
    events_over: Callable[[str], str]
    alert: str
    meaning: str

    @property
    def bad(self) -> str:
        """Name of what is recorded of its bad events."""
        return f"model:slo_{self.name}"

    @property
    def events(self) -> str:
        """Name of what is recorded of all its events."""
        return f"model:slo_{self.of}"

    @property
    def budget(self) -> Decimal:
        """The share of events that may be bad."""
        return 1 - self.percent / 100

    def windows(self, names: dict[str, int]) -> Iterator[Recording]:
        """What happened in these windows, and the share of it that was bad."""
        for window, length in names.items():
            for name, over in ((self.bad, self.bad_over), (self.events, self.events_over)):
                told = self._added(name, window, length) if window in LONG else over(window)
                yield self._recording(f"{name}:rate{window}", told)
            yield self._recording(f"{self.bad}:ratio_rate{window}", self._share(f"rate{window}"))

    def budgets(self) -> Iterator[Recording]:
        """What was promised, and what is left of the budget of the last thirty days: 1 all of it, below 0 too little.

        Of what Prometheus has kept of them: a model that began yesterday, or a store that keeps two weeks, has less.
        """
        yield self._recording(f"{self.bad}:objective", f"vector({self.percent / 100})")
        bad, events = (f"sum_over_time({self.series.of(f'{one}:rate5m')}[30d])" for one in (self.bad, self.events))
        yield self._recording(f"{self.bad}:budget_remaining30d", f"1 - {bad} / ({events} > 0) / {self.budget}")

    def alerts(self) -> Iterator[Alert]:
        """The alerts for each pair of windows."""
        for burn in BURNS:
            most = Decimal(burn.factor) * self.budget
            long, short = (self.series.of(f"{self.bad}:ratio_rate{window}") for window in (burn.long, burn.short))
            events = f"{self.series.of(f'{self.bad}:rate{burn.long}')} * {WINDOWS[burn.long]}"
            yield Alert(
                name=self.alert,
                expression=f"{long} > {most} and {short} > {most} and {events} >= {FEWEST}",
                severity=burn.severity,
                summary=f"{self.series.model}: {self.meaning}",
                description=(
                    f"{{{{ $value | humanizePercentage }}}} over {burn.long}, and it goes on: the budget that "
                    f"{self.percent} % leaves burns at more than {burn.factor}, and lasts thirty days at 1."
                ),
                keep_seconds=burn.keep_seconds,
                labels={**self.series.labels, "objective": self.name, "window": burn.long},
            )

    def _share(self, rate: str) -> str:
        return f"{self.series.of(f'{self.bad}:{rate}')} / ({self.series.of(f'{self.events}:{rate}')} > 0)"

    def _added(self, name: str, window: str, length: int) -> str:
        # Of the whole window, also where nothing was recorded in a part of it: a model's first minutes are no day.
        return f"sum_over_time({self.series.of(f'{name}:rate5m')}[{window}]) * {EVALUATION_SECONDS} / {length}"

    def _recording(self, name: str, expression: str) -> Recording:
        return Recording(name=name, expression=expression, labels=self.series.labels)


def objectives(series: Series, promised: Objectives) -> tuple[Objective, Objective]:
    """A model's two objectives: that requests are answered, and that answers come in time."""
    most = f'le="{promised.latency.seconds!r}"'

    def predictions(status: str, window: str) -> str:
        return f"sum(rate({series.of('model_predictions_total', status, window=window)}))"

    def turned_away(window: str) -> str:
        # Before they could ask anything, so no prediction was counted.
        return f"sum(rate({series.of('service_refusals_total', _TURNED_AWAY, window=window)}))"

    def timed(status: str, window: str) -> str:
        return f"sum(rate({series.of('model_prediction_latency_seconds_count', status, window=window)}))"

    def late(status: str, window: str) -> str:
        in_time = series.of("model_prediction_latency_seconds_bucket", status, most, window=window)
        return f"clamp_min({timed(status, window)} - sum(rate({in_time})), 0)"

    errors = Objective(
        series=series,
        name="errors",
        of="requests",
        percent=promised.availability,
        bad_over=lambda window: f"{predictions(_FAILED, window)} + {turned_away(window)}",
        events_over=lambda window: f"{predictions(_OWED, window)} + {turned_away(window)}",
        alert="ModelErrorsBurnBudget",
        meaning="too many requests fail or are refused",
    )
    slow = Objective(
        series=series,
        name="slow",
        of="answers",
        percent=promised.latency.percent,
        bad_over=lambda window: late(_EITHER, window),
        events_over=lambda window: f"{timed(_ANSWERED, window)} + {late(_GAVE_UP, window)}",
        alert="ModelSlownessBurnsBudget",
        meaning=f"too many answers take longer than {promised.latency.seconds:g} s",
    )
    return errors, slow
