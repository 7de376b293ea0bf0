"""What Prometheus says to all panels at a time; and since when it says nothing, where it doesn't."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from threading import Lock
from typing import Any, Final, TypeAlias, TypeVar

from panels import table
from panels.panel import Kind, Panel
from slipway.errors import SlipwayError
from slipway.monitoring.access import CONNECTIONS
from slipway.monitoring.prometheus import Alert, Prometheus, Sample, Series

Clock: TypeAlias = Callable[[], datetime]
_Found = TypeVar("_Found")


class Span(Enum):
    """How far back the lines go, and every how many seconds there is a point: 240 of them, or a scrape apart."""

    QUARTER = ("15m", timedelta(minutes=15), 15)
    HOUR = ("1h", timedelta(hours=1), 15)
    SIX_HOURS = ("6h", timedelta(hours=6), 90)
    DAY = ("24h", timedelta(days=1), 360)
    WEEK = ("7d", timedelta(days=7), 2520)
    MONTH = ("30d", timedelta(days=30), 10800)

    def __init__(self, label: str, length: timedelta, step: int) -> None:
        self.label: Final = label
        self.length: Final = length
        self.step: Final = step


@dataclass(frozen=True, order=True)
class Model:
    """A model that is served somewhere."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Missing:
    """Why there is no answer, and since when there has been none."""

    why: str
    since: datetime


@dataclass(frozen=True)
class Line:
    """One series of a panel.

    Attributes:
        query: which of the panel's queries it answers, from 0.
        legend: what it is called.
        labels: Prometheus' own.
        samples: when, in seconds of Unix time, and how much.
    """

    query: int
    legend: str
    labels: dict[str, str]
    samples: Sequence[Sample]


@dataclass(frozen=True)
class Seen:
    """A panel with its answer: no lines where nothing was recorded, and `missing` where nothing was answered."""

    panel: Panel
    lines: Sequence[Line]
    missing: Missing | None


@dataclass(frozen=True)
class Snapshot:
    """All panels of a model."""

    model: Model
    start: datetime
    end: datetime
    step: int
    seen: Sequence[Seen]


class Watch:
    """Asks Prometheus; it may be called from any thread, and what is not answered raises nothing.

    Args:
        prometheus: who is asked.
        clock: gives the time, with its zone.
    """

    def __init__(self, prometheus: Prometheus, clock: Clock) -> None:
        self._prometheus: Final = prometheus
        self._clock: Final = clock
        self._workers: Final = ThreadPoolExecutor(CONNECTIONS, "panel")
        self._since: Final[dict[object, datetime]] = {}
        self._lock: Final = Lock()

    @property
    def where(self) -> str:
        """What Prometheus is called."""
        return self._prometheus.access.where

    def close(self) -> None:
        """Ask nothing more."""
        self._workers.shutdown(cancel_futures=True)

    def now(self) -> datetime:
        """The time by the clock."""
        return self._clock()

    def reach(self) -> None:
        """See whether Prometheus answers.

        Raises:
            SlipwayError: it doesn't.
        """
        self._prometheus.now("vector(1)", self._clock().timestamp())

    def models(self) -> Sequence[Model] | Missing:
        """The models that are served, by name."""
        at = self._clock()
        found = self._answered("models", lambda: self._prometheus.now(table.MODELS, at.timestamp()))
        if isinstance(found, Missing):
            return found
        return sorted(Model(one.labels.get("namespace", ""), one.labels.get("model", "")) for one in found)

    def alerts(self) -> Sequence[Alert] | Missing:
        """What is pending or firing, of all models."""
        return self._answered("alerts", self._prometheus.alerts)

    def look(self, model: Model, span: Span) -> Snapshot:
        """All panels of a model, as they are now."""
        now = self._clock()
        # On the same grid at each look, so that points don't dance.
        end = datetime.fromtimestamp(now.timestamp() // span.step * span.step, now.tzinfo)
        start = end - span.length

        def answer(panel: Panel) -> Seen:
            found = self._answered((model, panel.key), lambda: list(self._lines(panel, model, span, start, now)))
            return Seen(panel, [], found) if isinstance(found, Missing) else Seen(panel, found, None)

        return Snapshot(model, start, end, span.step, list(self._workers.map(answer, table.panels())))

    def _lines(self, panel: Panel, model: Model, span: Span, start: datetime, now: datetime) -> Iterator[Line]:
        for number, query in enumerate(panel.queries):
            for series in self._ask(panel, query.of(model.namespace, model.name), span, start, now):
                yield Line(number, query.called(series.labels), series.labels, series.samples)

    def _ask(self, panel: Panel, query: str, span: Span, start: datetime, now: datetime) -> Sequence[Series]:
        if panel.kind in (Kind.TILE, Kind.BARS):
            return self._prometheus.now(query, now.timestamp())
        end = start + span.length
        return self._prometheus.over(query, start.timestamp(), end.timestamp(), span.step)

    def _answered(self, what: object, ask: Callable[[], _Found]) -> _Found | Missing:
        """What `ask` gives, or since when it gives nothing."""
        try:
            found = ask()
        except SlipwayError as error:
            with self._lock:
                return Missing(str(error), self._since.setdefault(what, self._clock()))
        with self._lock:
            self._since.pop(what, None)
        return found


def document(watch: Watch, wanted: Sequence[Model], span: Span) -> dict[str, Any]:
    """Everything of these models for machines, ready for JSON: times in ISO 8601, samples in seconds of Unix time."""
    alerts = watch.alerts()
    return {
        "at": _written(watch.now()),
        "prometheus": watch.where,
        "range": span.label,
        "step_seconds": span.step,
        "alerts": None if isinstance(alerts, Missing) else [one.model_dump(mode="json") for one in alerts],
        "alerts_missing": _missing(alerts) if isinstance(alerts, Missing) else None,
        "models": [_model(watch.look(model, span)) for model in wanted],
    }


def _model(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "namespace": snapshot.model.namespace,
        "model": snapshot.model.name,
        "panels": {
            seen.panel.key: {
                "title": seen.panel.title,
                "unit": seen.panel.unit,
                "series": [
                    {"legend": line.legend, "labels": line.labels, "samples": line.samples} for line in seen.lines
                ],
                "missing": _missing(seen.missing) if seen.missing else None,
            }
            for seen in snapshot.seen
        },
    }


def _missing(missing: Missing) -> dict[str, str]:
    return {"why": missing.why, "since": _written(missing.since)}


def _written(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
