from tests.infra import stacks


def test_it_scales_the_rollout_by_the_articles_targets() -> None:
    spec = stacks.serving().one("HorizontalPodAutoscaler")["spec"]
    assert spec["scaleTargetRef"] == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "name": stacks.serving().one("Rollout")["metadata"]["name"],
    }
    targets = {one["resource"]["name"]: one["resource"]["target"]["averageUtilization"] for one in spec["metrics"]}
    assert targets == {"cpu": 70, "memory": 80}


def test_pods_come_at_once_and_go_after_a_window() -> None:
    behavior = stacks.serving().one("HorizontalPodAutoscaler")["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 60


def test_it_comes_after_the_rollout() -> None:
    assert "maintenance-predictor" in stacks.serving().resource("HorizontalPodAutoscaler").dependencies
