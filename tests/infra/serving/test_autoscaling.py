from functools import cache

from tests.infra import stacks
from tests.infra.changes import MODEL, put, unwatched
from tests.infra.recording import Recording
from tests.infra.values import Object


@cache
def alone() -> Recording:
    """What is declared where nothing but CPU and memory is known."""
    config = stacks.serving_configuration("local")
    unwatched(config)
    return stacks.serving_with(config)


def triggers() -> dict[str, Object]:
    return {one["type"]: one for one in stacks.serving().one("ScaledObject")["spec"]["triggers"]}


def target() -> Object:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "name": stacks.serving().one("Rollout")["metadata"]["name"],
    }


def test_it_scales_the_rollout_by_the_articles_targets() -> None:
    spec = stacks.serving().one("ScaledObject")["spec"]
    assert spec["scaleTargetRef"] == target()
    assert {kind: one["metadata"].get("value") for kind, one in triggers().items()} == {
        "cpu": "70",
        "memory": "80",
        "prometheus": None,
    }
    assert [triggers()[kind]["metricType"] for kind in ("cpu", "memory")] == ["Utilization"] * 2
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 4)


def test_it_scales_by_the_requests_that_a_pod_has_at_a_time() -> None:
    trigger = triggers()["prometheus"]
    assert trigger["metricType"] == "AverageValue"
    asked = trigger["metadata"]
    assert asked["serverAddress"] == stacks.MONITORING["url"]
    assert asked["query"] == (
        "sum(rate(model_prediction_latency_seconds_sum"
        '{namespace="serving",model="maintenance-predictor"}[1m]))'
    )  # fmt: skip
    assert asked["threshold"] == "8"
    config = stacks.serving_configuration("local")
    put(*MODEL, "scaling", "requestsInFlight", value=3)(config)
    spec = stacks.serving_with(config).one("ScaledObject")["spec"]
    assert [one["metadata"]["threshold"] for one in spec["triggers"] if one["type"] == "prometheus"] == ["3"]


def test_what_is_not_known_takes_no_pods_away() -> None:
    assert triggers()["prometheus"]["metadata"]["ignoreNullValues"] == "false"


def test_pods_come_at_once_and_go_after_a_window() -> None:
    behavior = stacks.serving().one("ScaledObject")["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 60
    assert behavior == alone().one("HorizontalPodAutoscaler")["spec"]["behavior"]


def test_where_requests_are_not_known_cpu_and_memory_have_to_do() -> None:
    recording = alone()
    assert recording.of("ScaledObject") == []
    spec = recording.one("HorizontalPodAutoscaler")["spec"]
    assert spec["scaleTargetRef"] == target()
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 4)
    targets = {one["resource"]["name"]: one["resource"]["target"]["averageUtilization"] for one in spec["metrics"]}
    assert targets == {"cpu": 70, "memory": 80}


def test_there_is_one_autoscaler_and_it_comes_after_the_rollout() -> None:
    assert stacks.serving().of("HorizontalPodAutoscaler") == []
    assert "Rollout maintenance-predictor" in stacks.serving().resource("ScaledObject").dependencies
    assert "Rollout maintenance-predictor" in alone().resource("HorizontalPodAutoscaler").dependencies
