"""What clients send and what the model answers, counted in the buckets of the reference data's quantiles.

Counters, so that the drift test can add them up over all pods and loses nothing by it: the share of values up to a
quantile, beside the quantile's own, is the distance that the Kolmogorov-Smirnov test takes the largest of. Readings
are kept for a while and counted together, which costs a tenth of counting them one by one.
"""

from collections.abc import Iterator
from itertools import pairwise
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from modelstore.manifest import Manifest
from service.model import Tensors, count
from service.tabular import Tabular
from service.tallies import Buckets, histogram, plain_histogram

MEAN_OF: Final = 1000
"""Readings that `model_feature_mean` looks back on."""

TOGETHER: Final = 1024
"""Rows that are counted together."""


class Distributions:
    """The counters of one model.

    Args:
        manifest: has the quantiles.
        tabular: how its tensors are readings.
    """

    def __init__(self, manifest: Manifest, tabular: Tabular) -> None:
        self._tabular: Final = tabular
        self._names: Final = [feature.name for feature in manifest.features]
        self._features: Final = {each.name: Buckets(_bounds(each.quantiles)) for each in manifest.features}
        self._predictions: Final = Buckets(_bounds(manifest.golden.outputs))
        self._recent: NDArray[Any] = np.empty((0, len(self._names)))
        self._waiting: list[tuple[Tensors, Tensors]] = []
        self._rows = 0
        self._lock: Final = Lock()

    def add(self, readings: Tensors, answers: Tensors) -> None:
        """Take note of a request that was answered."""
        self._waiting.append((readings, answers))
        self._rows += count(readings)
        if self._rows >= TOGETHER:
            self.count()

    def count(self) -> None:
        """Count what was noted; from any thread."""
        with self._lock:
            waiting, self._waiting, self._rows = self._waiting, [], 0
            if not waiting:
                return
            readings = {name: np.concatenate([each[name] for each, _ in waiting]) for name in waiting[0][0]}
            rows = self._tabular.rows(readings)
            answers = np.concatenate([each[self._tabular.output].reshape(-1) for _, each in waiting])
            for name, values in zip(self._names, rows.T, strict=True):
                _count(self._features[name], values)
            _count(self._predictions, answers)
            self._recent = np.concatenate([self._recent, rows])[-MEAN_OF:]

    def collect(self) -> Iterator[Metric]:
        """The counters as they are now, and the article's mean of each feature."""
        self.count()
        yield histogram(
            "model_feature_value",
            "Values of input features; the buckets end at the training data's quantiles",
            "feature_name",
            self._features,
        )
        yield plain_histogram(
            "model_prediction_value",
            "Answers of the model; the buckets end at those of held-out data",
            self._predictions,
        )
        mean = GaugeMetricFamily(
            "model_feature_mean",
            f"Mean value of input features over the last {MEAN_OF} readings",
            labels=["feature_name"],
        )
        recent = self._recent
        if len(recent):  # a mean of nothing would be NaN
            for name, values in zip(self._names, recent.T, strict=True):
                mean.add_metric([name], float(values.mean()))
        yield mean


def _bounds(quantiles: tuple[float, ...]) -> list[float]:
    """Quantiles as upper ends: of equal ones, as of a feature with few values, there is one."""
    ordered = sorted(quantiles)
    return [*(low for low, high in pairwise(ordered) if low < high), ordered[-1]]


def _count(buckets: Buckets, values: NDArray[Any]) -> None:
    # Compared in the tensor's own type: a value that equals a bound in the training data equals it here too.
    bounds = np.array(buckets.bounds, dtype=values.dtype)
    places = np.searchsorted(bounds, values, side="left")
    buckets.add_all(np.bincount(places, minlength=len(bounds) + 1).tolist(), float(values.sum(dtype=np.float64)))
