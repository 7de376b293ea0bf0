import pytest

from tests.infra import stacks
from tests.infra.changes import unwatched
from tests.infra.platform.monitoring import told
from tests.infra.values import Object


def test_serving_is_told_where_prometheus_is_and_what_it_takes() -> None:
    assert stacks.platform().outputs["monitoring"] == {
        "url": "http://prometheus-operated.monitoring.svc:9090",
        "namespace": "monitoring",
        "labels": {"release": "kube-prometheus-stack"},
        "autoscalerNamespace": "keda",
    }


@pytest.mark.parametrize("more", [{}, {"autoscalerNamespace": "autoscaling"}])
def test_on_a_cluster_with_a_prometheus_of_its_own_that_is_handed_over(more: Object) -> None:
    existing = told.EXISTING | more
    assert told.beside(existing).outputs["monitoring"] == existing


def test_on_a_cluster_with_a_prometheus_of_its_own_none_is_installed_and_that_one_is_let_in() -> None:
    platform = told.beside(told.EXISTING)
    assert not [*platform.of("Prometheus"), *platform.of("Alertmanager"), *platform.of("APIService")]
    assert {one.name for one in platform.of("Deployment")} == {"traefik", "argo-rollouts"}
    for policy, port in (("traefik-traffic", 8080), ("argo-rollouts-traffic", 8090)):
        assert ("watch/prometheus", port) in told.peers(platform.one("NetworkPolicy", policy), "ingress")
    config = stacks.serving_configuration("local")
    unwatched(config)
    serving = stacks.serving_on(platform.outputs, config).one("NetworkPolicy", "maintenance-predictor-traffic")
    assert ("watch/prometheus", 8001) in told.peers(serving, "ingress")


def test_a_platform_that_nothing_watches_has_nothing_for_that() -> None:
    platform = told.beside(None)
    assert platform.outputs["monitoring"] is None
    assert not [one for one in platform.resources if "monitoring.coreos.com" in one.type]
    assert {one.name for one in platform.of("Deployment")} == {"traefik", "argo-rollouts"}
    assert {one.inputs["metadata"]["name"] for one in platform.of("Namespace")} == {
        "argo-rollouts",
        "gateway",
        "serving",
        "trial",
        "staging",
        "prod",
    }
