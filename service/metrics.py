"""Every metric of the service, by name, once. The first three are the article's.

How a request ended is counted where it ends (`predictions`), so that the counter agrees with what clients saw,
refused requests included. Requests that prove to be Slipway's own have a counter of their own, and are in no other
metric of predictions, readings and answers: they would hide a drift. Calls, waits, missed deadlines and refusals are
the pod's work, whoever asked, and have them too. Every series carries the model's version and the release, because in
a canary two of each answer. No error in here ever fails a prediction.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from prometheus_client import GCCollector, Metric, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.samples import Sample

from service.distributions import Distributions
from service.errors import Outcome
from service.model import Tensors
from service.tallies import Buckets, Tally, histogram, plain_histogram

# A prediction takes about a millisecond; 0.1 s and 0.25 s are where objectives are usually set.
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

ROWS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")


class Phase(StrEnum):
    """Where the service is between its start and its end, in that order: the label `state` of `service_state`."""

    LOADING = "loading"
    REFUSED = "refused"
    """For ever: the same bytes would be refused again."""
    READY = "ready"
    STUCK = "stuck"
    """Ready, but a call of the model does not end."""
    DRAINING = "draining"


class Reason(StrEnum):
    """Why a batch left when it did: the label `reason` of `model_batches_total`."""

    IDLE = "idle"
    """The model was free."""
    FULL = "full"
    """It had as many rows as a call takes."""
    NEXT = "next"
    """The call before it ended."""
    ALONE = "alone"
    """Its call failed, so each request was asked on its own."""


class Refusal(StrEnum):
    """Why a request was refused whatever it carries: the label `reason` of `service_refusals_total`.

    The first two by its head, or when its body had come; the second also while it waited for its call.
    """

    QUEUE = "queue"
    DEADLINE = "deadline"
    NOT_LOADED = "not_loaded"
    CONNECTIONS = "connections"
    HEAD = "head"


def _never_fails(
    method: Callable[Concatenate["Metrics", _P], None],
) -> Callable[Concatenate["Metrics", _P], None]:
    """Log an error of a metric, once for each kind, and go on."""

    @wraps(method)
    def guarded(self: "Metrics", *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception:
            self.failed(method.__name__)

    return guarded


class Dropped(StrEnum):
    """Why spans of traced requests were not exported: the label `reason` of `service_spans_dropped_total`."""

    QUEUE = "queue"
    """As many waited for the collector as may."""
    COLLECTOR = "collector"
    """It did not take them in time."""
    ERROR = "error"
    """They could not be recorded."""


class Metrics:
    """The metrics of one service, in a registry of its own.

    Args:
        registry: where they are registered; two services in one process need two.
        phase: says where the service is.
        version: the model version that every series carries.
        release: the release that every series carries.
    """

    def __init__(self, registry: CollectorRegistry, phase: Callable[[], Phase], *, version: str, release: str) -> None:
        self.registry: Final = registry
        self._phase: Final = phase
        outcomes = [(each,) for each in Outcome]
        self._predictions: Final = Tally(
            "model_predictions", "Total number of predictions", ("status",), known=outcomes
        )
        self._latency: Final = {str(each): Buckets(SECONDS) for each in Outcome}
        self._synthetic: Final = Tally(
            "model_synthetic_predictions",
            "Predictions asked for by Slipway itself, which are in no other count of predictions",
            ("status",),
            known=outcomes,
        )
        self._batches: Final = Tally(
            "model_batches", "Calls of the model, by why they began", ("reason",), known=[(each,) for each in Reason]
        )
        self._refusals: Final = Tally(
            "service_refusals", "Requests refused, by why", ("reason",), known=[(each,) for each in Refusal]
        )
        self._missed: Final = Tally(
            "model_deadlines_missed", "Requests whose time was up", ("where",), known=[("queue",), ("call",)]
        )
        self._errors: Final = Tally("service_metric_errors", "Errors in counting, which fail no prediction")
        self._spans_exported: Final = Tally("service_spans_exported", "Spans that the collector of traces took")
        self._spans_dropped: Final = Tally(
            "service_spans_dropped", "Spans that it did not get", ("reason",), known=[(each,) for each in Dropped]
        )
        self._rows: Final = Buckets(ROWS)
        self._call: Final = Buckets(SECONDS)
        self._delay: Final = Buckets(SECONDS)
        self._in_flight = 0
        self._queued: Callable[[], int] = lambda: 0
        self._distributions: Distributions | None = None
        self._told: Final[set[str]] = set()
        registry.register(_Labelled({"model_version": version, "release": release}, [self, *_process()]))

    def serve(self, distributions: Distributions, queued: Callable[[], int]) -> None:
        """The model is served from now on.

        Args:
            distributions: of what is read and answered.
            queued: says how many rows wait.
        """
        self._distributions = distributions
        self._queued = queued

    def begun(self) -> None:
        """A prediction was asked for."""
        self._in_flight += 1

    @_never_fails
    def ended(self, outcome: Outcome, seconds: float, *, synthetic: bool) -> None:
        """A prediction ended, `seconds` after its request was complete."""
        self._in_flight -= 1
        if synthetic:
            self._synthetic.add(outcome)
            return
        self._predictions.add(outcome)
        self._latency[outcome].add(seconds)

    @_never_fails
    def answered_together(self, seconds: Sequence[float]) -> None:
        """Clients' predictions ended in answers, each so many seconds after its request was complete."""
        self._in_flight -= len(seconds)
        self._predictions.add(Outcome.SUCCESS, value=len(seconds))
        latency = self._latency[Outcome.SUCCESS]
        for each in seconds:
            latency.add(each)

    @_never_fails
    def answered(self, readings: Tensors, answers: Tensors) -> None:
        """A client's readings were answered."""
        if self._distributions is not None:
            self._distributions.add(readings, answers)

    @_never_fails
    def called(self, rows: int, reason: Reason, seconds: float, waits: Sequence[float]) -> None:
        """The model was called with so many rows, whose requests had waited so many seconds."""
        self._batches.add(reason)
        self._rows.add(rows)
        self._call.add(seconds)
        for each in waits:
            self._delay.add(each)

    @_never_fails
    def missed(self, where: str) -> None:
        """A request's time was up: in the `queue`, or in the `call`."""
        self._missed.add(where)

    @_never_fails
    def refused(self, reason: Refusal) -> None:
        """A request was refused whatever it carries, or a connection by its coming."""
        self._refusals.add(reason)

    @_never_fails
    def spans_exported(self, number: int) -> None:
        """The collector took spans; told by the thread that hands them over, and by no other."""
        self._spans_exported.add(value=number)

    @_never_fails
    def spans_dropped(self, reason: Dropped, number: int = 1) -> None:
        """Spans are lost; each reason is told by one thread."""
        self._spans_dropped.add(reason, value=number)

    def failed(self, what: str) -> None:
        """An error in counting."""
        self._errors.add()
        if what not in self._told:
            self._told.add(what)
            _log.exception("a metric could not be counted", extra={"what": what})

    def collect(self) -> Iterator[Metric]:
        """Everything as it is now."""
        for tally in (
            self._predictions, self._synthetic, self._batches, self._refusals, self._missed, self._errors,
            self._spans_exported, self._spans_dropped,
        ):  # fmt: skip
            yield from tally.collect()
        yield histogram("model_prediction_latency_seconds", "Prediction latency in seconds", "status", self._latency)
        yield plain_histogram("model_batch_rows", "Rows of a call, without those that fill it up", self._rows)
        yield plain_histogram("model_call_seconds", "Time of a call; the sum's rate is the model's load", self._call)
        yield plain_histogram("model_queue_delay_seconds", "Time that requests waited for their call", self._delay)
        yield GaugeMetricFamily(
            "model_loaded", "1 once the model answered its golden readings", float(self._distributions is not None)
        )
        yield GaugeMetricFamily("model_queue_rows", "Rows that wait for a call", self._queued())
        yield GaugeMetricFamily("service_requests_in_flight", "Predictions being answered", self._in_flight)
        states = GaugeMetricFamily("service_state", "1 for what /readyz says", labels=["state"])
        phase = self._phase()
        for each in Phase:
            states.add_metric([each], float(each is phase))
        yield states
        if self._distributions is not None:
            yield from self._distributions.collect()


def of_this_process(*, version: str, release: str) -> Collector:
    """What this process takes of the machine, with the labels of all else."""
    return _Labelled({"model_version": version, "release": release}, list(_process()))


def _process() -> Iterable[Any]:
    nowhere = CollectorRegistry()
    return [ProcessCollector(registry=nowhere), PlatformCollector(registry=nowhere), GCCollector(registry=nowhere)]


class _Labelled(Collector):
    """Adds labels to every sample of other collectors."""

    def __init__(self, labels: dict[str, str], collectors: Sequence[Any]) -> None:
        self._labels: Final = labels
        self._collectors: Final = collectors

    def collect(self) -> Iterable[Metric]:
        for collector in self._collectors:
            for family in collector.collect():
                family.samples = [
                    Sample(each.name, {**each.labels, **self._labels}, each.value, each.timestamp, each.exemplar)
                    for each in family.samples
                ]
                yield family
