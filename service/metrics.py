"""Every metric of the service, by name, once. The first three are the article's.

What a request carried and how it ended is counted where the request ends (`tracing`), so that the counter
agrees with what clients saw, refused requests included. Requests that we send to ourselves (header
`X-Slipway-Synthetic: 1`) have a counter of their own and touch nothing else: they would hide a drift.
"""

from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from prometheus_client import Counter, Gauge, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.registry import CollectorRegistry

from modelstore.manifest import Manifest

# A prediction takes about a millisecond; 0.1 s and 0.25 s are where objectives are usually set.
BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

CLIENT_GONE: Final = 499
"""The client went away before there was an answer: nginx's number, as HTTP has none."""

MEAN_OF: Final = 1000
"""Readings that `model_feature_mean` looks back on."""


class Status(StrEnum):
    """How a prediction ended: the label `status`."""

    SUCCESS = "success"
    INVALID = "invalid"
    SHED = "shed"
    NOT_LOADED = "not_loaded"
    CANCELLED = "cancelled"
    ERROR = "error"

    @classmethod
    def of(cls, code: int) -> "Status":
        """The status for an HTTP status code; `CLIENT_GONE` stands for no answer at all."""
        special = {429: cls.SHED, CLIENT_GONE: cls.CANCELLED, 503: cls.NOT_LOADED}
        by_class = {2: cls.SUCCESS, 4: cls.INVALID}
        return special.get(code) or by_class.get(code // 100, cls.ERROR)


class Metrics:
    """The metrics of one service, in a registry of its own.

    Args:
        registry: where they are registered; two services in one process need two.
        version: the model version that every series carries.
    """

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        self.registry: Final = registry
        self._version: Final = version
        self._predictions: Final = Counter(
            "model_predictions_total",
            "Total number of predictions",
            ["model_version", "status"],
            registry=registry,
        )
        self._latency: Final = Histogram(
            "model_prediction_latency_seconds",
            "Prediction latency in seconds",
            ["model_version"],
            buckets=BUCKETS,
            registry=registry,
        ).labels(version)
        self._feature_mean: Final = Gauge(
            "model_feature_mean",
            f"Mean value of input features over the last {MEAN_OF} readings",
            ["feature_name", "model_version"],
            registry=registry,
        )
        self._synthetic: Final = Counter(
            "model_synthetic_predictions_total",
            "Predictions asked for by Slipway itself, counted nowhere else",
            ["model_version", "status"],
            registry=registry,
        )
        self._loaded: Final = Gauge(
            "model_loaded", "1 once the model answered its golden readings", ["model_version"], registry=registry
        ).labels(version)
        self._in_flight: Final = Gauge("service_requests_in_flight", "Predictions being answered", registry=registry)
        self._means: dict[str, _Mean] = {}
        # From the start, so that a rate over the first failure is not missed.
        self._predictions_of: Final = {status: self._predictions.labels(version, status) for status in Status}
        self._synthetic_of: Final = {status: self._synthetic.labels(version, status) for status in Status}
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def loaded(self, manifest: Manifest) -> None:
        """The model is served from now on."""
        self._means = {feature.name: _Mean() for feature in manifest.features}
        self._loaded.set(1)

    def begun(self) -> None:
        """A prediction was asked for."""
        self._in_flight.inc()

    def ended(self, code: int, seconds: float, *, synthetic: bool) -> None:
        """A prediction was answered with HTTP status `code`, `seconds` after its request was complete."""
        self._in_flight.dec()
        status = Status.of(code)
        if synthetic:
            self._synthetic_of[status].inc()
            return
        self._predictions_of[status].inc()
        if status is Status.SUCCESS:
            self._latency.observe(seconds)

    def read(self, reading: Sequence[float]) -> None:
        """A client's reading was predicted, its features in the manifest's order."""
        for (name, mean), value in zip(self._means.items(), reading, strict=True):
            if mean.empty:  # a mean of nothing would be NaN
                self._feature_mean.labels(name, self._version).set_function(mean.value)
            mean.add(value)


class _Mean:
    """The mean of the last `MEAN_OF` values, worked out when it is asked for."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=MEAN_OF)
        self.add: Final = self._values.append

    @property
    def empty(self) -> bool:
        return not self._values

    def value(self) -> float:
        return sum(self._values) / len(self._values)
