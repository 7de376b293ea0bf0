"""What several processes tell becomes what one would tell."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from prometheus_client import Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry

from service.metrics import Phase, of_this_process
from service.sums import Source, registry_of

LABELS = {"version": "1.2.0", "release": "7"}


class Told(Collector):
    """A process that counted this much."""

    def __init__(self, much: int, phase: Phase = Phase.READY, mean: float | None = None) -> None:
        self._much, self._phase, self._mean = much, phase, mean

    def collect(self) -> Iterator[Metric]:
        counter = CounterMetricFamily("model_predictions", "…", labels=["status"])
        counter.add_metric(["success"], self._much)
        yield counter
        buckets = [("0.1", self._much), ("+Inf", 2 * self._much)]
        yield HistogramMetricFamily("model_call_seconds", "…", buckets=buckets, sum_value=0.5)
        yield GaugeMetricFamily("service_requests_in_flight", "…", self._much)
        yield GaugeMetricFamily("model_loaded", "…", float(self._phase is Phase.READY))
        states = GaugeMetricFamily("service_state", "…", labels=["state"])
        for phase in Phase:
            states.add_metric([phase], float(phase is self._phase))
        yield states
        if self._mean is not None:
            mean = GaugeMetricFamily("model_feature_mean", "…", labels=["feature_name"])
            mean.add_metric(["rpm"], self._mean)
            yield mean


class Here(Source):
    """The same, without a port."""

    def __init__(self, told: Told) -> None:
        super().__init__(1, 0)
        self._told = told

    def metrics(self) -> list[Metric]:
        return list(self._told.collect())


def of(*told: Told) -> CollectorRegistry:
    return registry_of([Here(each) for each in told], **LABELS)


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("model_predictions_total", {"status": "success"}, 12),
        ("model_call_seconds_bucket", {"le": "0.1"}, 12),
        ("model_call_seconds_count", {}, 24),
        ("model_call_seconds_sum", {}, 1.0),
        ("service_requests_in_flight", {}, 12),
        ("model_loaded", {}, 1),
        ("model_feature_mean", {"feature_name": "rpm"}, 3.0),
    ],
)
def test_they_add_up_but_for_those_that_do_not(name: str, labels: Mapping[str, str], value: float) -> None:
    assert of(Told(5, mean=2.0), Told(7, mean=4.0)).get_sample_value(name, dict(labels)) == value


def test_a_series_is_told_once_though_processes_tell_its_labels_in_the_order_of_their_names() -> None:
    there = CollectorRegistry()
    there.register(of_this_process(**LABELS))
    read = list(text_string_to_metric_families(generate_latest(there).decode()))

    class Read(Source):
        def metrics(self) -> list[Metric]:
            return read

    families = registry_of([Read(1, 0)], **LABELS).collect()
    told = Counter((each.name, *sorted(each.labels.items())) for family in families for each in family.samples)
    assert "python_info" in {name for name, *_ in told}
    assert set(told.values()) == {1}


@pytest.mark.parametrize(
    ("phases", "pod"),
    [
        ((Phase.READY, Phase.READY), Phase.READY),
        ((Phase.READY, Phase.LOADING), Phase.LOADING),
        ((Phase.DRAINING, Phase.LOADING), Phase.DRAINING),
        ((Phase.STUCK, Phase.READY), Phase.STUCK),
        ((Phase.REFUSED, Phase.STUCK), Phase.REFUSED),
    ],
    ids=str,
)
def test_a_pod_is_where_its_least_ready_process_is(phases: tuple[Phase, Phase], pod: Phase) -> None:
    registry = of(*(Told(1, phase) for phase in phases))
    states = {each: registry.get_sample_value("service_state", {"state": each}) for each in Phase}
    assert states == {each: float(each is pod) for each in Phase}
    assert registry.get_sample_value("model_loaded") == float(phases == (Phase.READY, Phase.READY))


def test_a_mean_is_of_those_that_have_one() -> None:
    assert of(Told(1), Told(1, mean=4.0)).get_sample_value("model_feature_mean", {"feature_name": "rpm"}) == 4.0


def test_who_adds_up_counts_its_own_memory_too() -> None:
    labels = {"model_version": LABELS["version"], "release": LABELS["release"]}
    assert of(Told(1)).get_sample_value("process_resident_memory_bytes", labels)


def test_who_never_answered_counts_nothing() -> None:
    registry = registry_of([Source(1, 1)], **LABELS)
    assert registry.get_sample_value("model_predictions_total", {"status": "success"}) is None
