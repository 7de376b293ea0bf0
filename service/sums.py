"""Metrics of several processes as those of one: counters and histograms add up, and so do most gauges.

A process that doesn't answer counts with what it said last: a sum that became smaller would look like a restart, and
everything in it would be counted again.
"""

import http.client
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import fmean
from typing import Final, TypeVar

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.samples import Sample

from service.metrics import Phase, of_this_process

_T = TypeVar("_T")

ASK_SECONDS: float = 1.5
"""So long a process has to answer: Kubernetes gives a probe two seconds."""

LEAST_READY: Final = (Phase.REFUSED, Phase.STUCK, Phase.DRAINING, Phase.LOADING, Phase.READY)
"""The first of these that one of the processes is in is where the pod is."""

_STATE: Final = "service_state"
_GAUGES: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "model_feature_mean": fmean,
    "model_loaded": min,
    "process_max_fds": max,
    "process_start_time_seconds": min,
    "python_info": max,
}
"""Those that don't add up."""


class Source:
    """One of the processes, as its probes and metrics tell of it.

    Args:
        number: from 1.
        port: of its probes and metrics, on loopback.
    """

    def __init__(self, number: int, port: int) -> None:
        self.number: Final = number
        self._port: Final = port
        self._said: list[Metric] = []

    def ask(self, path: str) -> tuple[int, bytes] | None:
        """Status and content; None where it doesn't answer in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ASK_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def metrics(self) -> list[Metric]:
        """What it counts; where it doesn't answer, what it said last."""
        answer = self.ask("/metrics")
        if answer is not None:
            _, content = answer
            self._said = list(text_string_to_metric_families(content.decode()))
        return self._said


def asked(sources: Sequence[Source], path: str) -> list[tuple[int, bytes] | None]:
    """What all of them answer."""
    return _at_once(sources, lambda source: source.ask(path))


def _at_once(sources: Sequence[Source], what: Callable[[Source], _T]) -> list[_T]:
    with ThreadPoolExecutor(len(sources)) as pool:
        return list(pool.map(what, sources))


def registry_of(sources: Sequence[Source], *, version: str, release: str) -> CollectorRegistry:
    """What all of them count, and what this process takes itself.

    Args:
        sources: the processes.
        version: the model version that every series carries.
        release: the release that every series carries.
    """
    registry = CollectorRegistry()
    registry.register(_Sums(sources, of_this_process(version=version, release=release)))
    return registry


class _Sums(Collector):
    def __init__(self, sources: Sequence[Source], ours: Collector) -> None:
        self._sources: Final = sources
        self._ours: Final = ours

    def describe(self) -> Iterable[Metric]:
        """Nothing: nobody answers yet when this is registered."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Each family once."""
        told = [*_at_once(self._sources, lambda source: source.metrics()), list(self._ours.collect())]
        families: defaultdict[str, list[Metric]] = defaultdict(list)
        for each in told:
            for family in each:
                families[family.name].append(family)
        return [_one(same) for same in families.values()]


def _one(families: Sequence[Metric]) -> Metric:
    first = families[0]
    values: defaultdict[tuple[str, tuple[tuple[str, str], ...]], list[float]] = defaultdict(list)
    for family in families:
        for sample in family.samples:
            values[sample.name, tuple(sorted(sample.labels.items()))].append(sample.value)
    found = Metric(first.name, first.documentation, first.type)
    join = _GAUGES.get(first.name, sum) if first.type == "gauge" else sum
    found.samples = [Sample(name, dict(labels), float(join(each))) for (name, labels), each in values.items()]
    if first.name == _STATE:
        least = next(phase for phase in LEAST_READY if any(one.value for one in found.samples if _of(one) == phase))
        found.samples = [one._replace(value=float(_of(one) == least)) for one in found.samples]
    return found


def _of(sample: Sample) -> str:
    return sample.labels["state"]
