"""Counters and histograms as plain numbers, for what is counted several times in a request.

Those of prometheus_client take a lock for each step, which costs more than a small model's share of a call. One
thread counts; any may read.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Final, TypeAlias

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

Labels: TypeAlias = tuple[str, ...]


class Tally:
    """A counter for each combination of labels.

    Args:
        name: without `_total`.
        text: what it counts.
        labels: their names.
        known: combinations that are there from the start, so that a rate over the first event is not missed.
    """

    def __init__(self, name: str, text: str, labels: Labels = (), known: Iterable[Labels] = ()) -> None:
        self._name: Final = name
        self._text: Final = text
        self._labels: Final = labels
        self._counts: Final[dict[Labels, float]] = dict.fromkeys(known or ([()] if not labels else ()), 0.0)

    def add(self, *labels: str, value: float = 1.0) -> None:
        """Count an event."""
        self._counts[labels] = self._counts.get(labels, 0.0) + value

    def collect(self) -> Iterator[Metric]:
        """The counters as they are now."""
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for labels, value in self._counts.copy().items():
            family.add_metric(labels, value)
        yield family


class Buckets:
    """How often values fell between bounds.

    Args:
        bounds: upper ends in ascending order, a value on one belonging to it; what is above the last is counted too.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds: Final = tuple(bounds)
        self._counts: Final = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self._sum += value

    def add_all(self, counts: Iterable[int], total: float) -> None:
        """Count many at once: how many fell into each bucket, and their sum."""
        for index, each in enumerate(counts):
            self._counts[index] += each
        self._sum += total

    def cumulative(self) -> tuple[list[tuple[str, float]], float]:
        """For each upper end how many values were at most that, and the sum of all."""
        counts, total = list(self._counts), self._sum
        found: list[tuple[str, float]] = []
        below = 0
        for bound, each in zip((*self.bounds, inf), counts, strict=True):
            below += each
            found.append(("+Inf" if bound == inf else repr(float(bound)), below))
        return found, total


def histogram(name: str, text: str, label: str, series: Mapping[str, Buckets]) -> Metric:
    """A histogram with one label."""
    family = HistogramMetricFamily(name, text, labels=[label])
    for value, buckets in series.items():
        bounds, total = buckets.cumulative()
        family.add_metric([value], bounds, total)
    return family


def plain_histogram(name: str, text: str, buckets: Buckets) -> Metric:
    """A histogram without labels."""
    bounds, total = buckets.cumulative()
    return HistogramMetricFamily(name, text, buckets=bounds, sum_value=total)
