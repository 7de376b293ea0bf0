import math

import pytest

from service.distributions import Distributions
from service.errors import Outcome
from service.lifecycle import Lifecycle
from service.metrics import Dropped, Metrics, Phase, Reason, Refusal
from service.tabular import Tabular
from tests.service import fakes
from tests.service.fakes import LABELS, FakeModel


@pytest.fixture
def metrics(lifecycle: Lifecycle) -> Metrics:
    return fakes.metrics(lifecycle)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, LABELS | labels)


def end(metrics: Metrics, outcome: Outcome, *, synthetic: bool = False) -> None:
    metrics.begun()
    metrics.ended(outcome, 0.002, synthetic=synthetic)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_prediction_is_counted_by_how_it_ended_and_so_is_its_latency(outcome: Outcome, metrics: Metrics) -> None:
    end(metrics, outcome)
    for each in Outcome:
        assert value(metrics, "model_predictions_total", status=each) == (each is outcome)
        assert value(metrics, "model_prediction_latency_seconds_count", status=each) == (each is outcome)
    assert value(metrics, "model_prediction_latency_seconds_bucket", status=outcome, le="0.001") == 0
    assert value(metrics, "model_prediction_latency_seconds_bucket", status=outcome, le="0.0025") == 1


def test_requests_of_our_own_are_counted_apart(metrics: Metrics) -> None:
    end(metrics, Outcome.SUCCESS, synthetic=True)
    assert value(metrics, "model_predictions_total", status="success") == 0
    assert value(metrics, "model_synthetic_predictions_total", status="success") == 1
    assert value(metrics, "model_prediction_latency_seconds_count", status="success") == 0


def test_spans_are_counted_from_the_start_by_what_became_of_them(metrics: Metrics) -> None:
    assert value(metrics, "service_spans_exported_total") == 0
    assert [value(metrics, "service_spans_dropped_total", reason=each) for each in Dropped] == [0, 0, 0]
    metrics.spans_exported(3)
    metrics.spans_dropped(Dropped.COLLECTOR, 2)
    metrics.spans_dropped(Dropped.QUEUE)
    assert value(metrics, "service_spans_exported_total") == 3
    assert [value(metrics, "service_spans_dropped_total", reason=each) for each in Dropped] == [1, 2, 0]


def test_requests_in_flight_go_up_and_down(metrics: Metrics) -> None:
    metrics.begun()
    metrics.begun()
    assert value(metrics, "service_requests_in_flight") == 2
    metrics.ended(Outcome.SUCCESS, 0.002, synthetic=False)
    metrics.ended(Outcome.SHED, 0.002, synthetic=True)
    assert value(metrics, "service_requests_in_flight") == 0


def test_a_call_is_counted_with_its_rows_its_reason_and_its_waits(metrics: Metrics) -> None:
    metrics.called(3, Reason.NEXT, 0.02, [0.001, 0.002, 0.0])
    assert value(metrics, "model_batches_total", reason="next") == 1
    assert value(metrics, "model_batch_rows_sum") == 3
    assert value(metrics, "model_call_seconds_sum") == 0.02
    assert value(metrics, "model_queue_delay_seconds_count") == 3


def test_refusals_and_missed_deadlines_are_there_from_the_start(metrics: Metrics) -> None:
    for reason in Refusal:
        assert value(metrics, "service_refusals_total", reason=reason) == 0
        metrics.refused(reason)
        assert value(metrics, "service_refusals_total", reason=reason) == 1
    for where in ("queue", "call"):
        assert value(metrics, "model_deadlines_missed_total", where=where) == 0
        metrics.missed(where)
        assert value(metrics, "model_deadlines_missed_total", where=where) == 1


def test_the_state_is_told_with_its_reason(metrics: Metrics, lifecycle: Lifecycle) -> None:
    lifecycle.refuse("no such signature")
    states = {phase: value(metrics, "service_state", state=phase) for phase in Phase}
    assert states == {phase: float(phase is Phase.REFUSED) for phase in Phase}


def test_a_model_that_is_served_is_loaded_and_its_queue_is_told(metrics: Metrics) -> None:
    assert (value(metrics, "model_loaded"), value(metrics, "model_queue_rows")) == (0, 0)
    published = fakes.manifest()
    metrics.serve(Distributions(published, Tabular.of(published, FakeModel().inputs)), lambda: 7)
    assert (value(metrics, "model_loaded"), value(metrics, "model_queue_rows")) == (1, 7)
    assert value(metrics, "model_feature_value_bucket", feature_name="rpm", le="+Inf") == 0


def test_every_series_says_which_version_and_release_it_is_of(metrics: Metrics) -> None:
    published = fakes.manifest()
    metrics.serve(Distributions(published, Tabular.of(published, FakeModel().inputs)), lambda: 0)
    names: set[str] = set()
    for family in metrics.registry.collect():
        for sample in family.samples:
            names.add(sample.name)
            assert sample.labels.items() >= LABELS.items(), sample
    assert names >= {"process_resident_memory_bytes", "python_gc_collections_total", "model_loaded"}


def test_an_error_in_counting_is_counted_logged_once_and_goes_no_further(
    metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        metrics.called(1, Reason.IDLE, "not a number", [])  # pyright: ignore[reportArgumentType] that is the point
    assert value(metrics, "service_metric_errors_total") == 3
    assert caplog.text.count("a metric could not be counted") == 1


def test_two_services_in_one_process_do_not_meet() -> None:
    first, second = fakes.metrics(), fakes.metrics()
    first.begun()
    assert value(second, "service_requests_in_flight") == 0
    assert not math.isnan(value(first, "service_requests_in_flight") or math.nan)
