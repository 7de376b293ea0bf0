import pytest
from prometheus_client import CollectorRegistry

from service.metrics import CLIENT_GONE, MEAN_OF, Metrics, Status
from tests.service.fakes import manifest

VERSION = {"model_version": "1.2.0"}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    metrics = Metrics(registry, "1.2.0")
    metrics.loaded(manifest())
    return metrics


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (200, Status.SUCCESS),
        (408, Status.INVALID),
        (413, Status.INVALID),
        (422, Status.INVALID),
        (429, Status.SHED),
        (CLIENT_GONE, Status.CANCELLED),
        (500, Status.ERROR),
        (503, Status.NOT_LOADED),
        (504, Status.ERROR),
    ],
)
def test_a_prediction_is_counted_by_how_it_ended(
    code: int, status: Status, metrics: Metrics, registry: CollectorRegistry
) -> None:
    metrics.begun()
    metrics.ended(code, 0.002, synthetic=False)
    for each in Status:
        counted = registry.get_sample_value("model_predictions_total", VERSION | {"status": each})
        assert counted == (each is status)


def test_only_answers_have_a_latency(metrics: Metrics, registry: CollectorRegistry) -> None:
    for code in (200, 200, 422, 429, 503):
        metrics.begun()
        metrics.ended(code, 0.002, synthetic=False)
    assert registry.get_sample_value("model_prediction_latency_seconds_count", VERSION) == 2
    assert registry.get_sample_value("model_prediction_latency_seconds_bucket", VERSION | {"le": "0.001"}) == 0
    assert registry.get_sample_value("model_prediction_latency_seconds_bucket", VERSION | {"le": "0.0025"}) == 2


def test_requests_of_our_own_are_counted_apart(metrics: Metrics, registry: CollectorRegistry) -> None:
    metrics.begun()
    metrics.ended(200, 0.002, synthetic=True)
    labels = VERSION | {"status": "success"}
    assert registry.get_sample_value("model_predictions_total", labels) == 0
    assert registry.get_sample_value("model_synthetic_predictions_total", labels) == 1
    assert registry.get_sample_value("model_prediction_latency_seconds_count", VERSION) == 0


def test_requests_in_flight_go_up_and_down(metrics: Metrics, registry: CollectorRegistry) -> None:
    metrics.begun()
    metrics.begun()
    assert registry.get_sample_value("service_requests_in_flight") == 2
    metrics.ended(200, 0.002, synthetic=False)
    metrics.ended(200, 0.002, synthetic=True)
    assert registry.get_sample_value("service_requests_in_flight") == 0


def test_a_feature_has_no_mean_before_there_is_a_reading(metrics: Metrics, registry: CollectorRegistry) -> None:
    assert registry.get_sample_value("model_feature_mean", VERSION | {"feature_name": "temperature"}) is None


def test_a_features_mean_is_that_of_the_last_readings(metrics: Metrics, registry: CollectorRegistry) -> None:
    for temperature in (50.0, *range(MEAN_OF)):
        metrics.read([temperature, 2.0, 100.0, 3000.0])
    means = {
        name: registry.get_sample_value("model_feature_mean", VERSION | {"feature_name": name})
        for name in ("temperature", "vibration", "pressure", "rpm")
    }
    assert means == {"temperature": (MEAN_OF - 1) / 2, "vibration": 2.0, "pressure": 100.0, "rpm": 3000.0}


def test_the_process_is_measured_too(registry: CollectorRegistry, metrics: Metrics) -> None:
    assert registry.get_sample_value("process_resident_memory_bytes")
    assert registry.get_sample_value("model_loaded", VERSION) == 1


def test_two_services_in_one_process_do_not_meet() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    Metrics(first, "1.0.0").begun()
    Metrics(second, "1.0.0")
    assert second.get_sample_value("service_requests_in_flight") == 0
