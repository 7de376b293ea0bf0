from infra.platform.monitoring import alerts
from infra.shared import rules
from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.recording import Recording
from tests.infra.values import Object, whole_numbers

INSTALLED = {"prometheus", "alertmanager", "prometheus-operator", "keda-operator", "keda-metrics-apiserver"}
LABELS = {"release": "kube-prometheus-stack"}


def jobs(platform: Recording) -> set[str]:
    """The label `job` of everything that is asked how it is."""
    return {endpoint(one.inputs)["relabelings"][0]["replacement"] for one in platform.of("PodMonitor")}


def endpoint(monitor: Object) -> Object:
    (found,) = monitor["spec"]["podMetricsEndpoints"]
    return found


def test_everything_that_the_platform_runs_is_asked() -> None:
    assert jobs(stacks.platform()) == {"traefik", "argo-rollouts"} | INSTALLED


def test_on_a_cluster_with_a_prometheus_of_its_own_what_is_the_platforms_is_asked() -> None:
    assert jobs(told.beside(told.EXISTING)) == {"traefik", "argo-rollouts"}


def test_a_monitor_selects_pods_in_their_namespace_at_a_port_that_they_name() -> None:
    platform = stacks.platform()
    deployments = {one.inputs["metadata"]["name"]: one.inputs for one in platform.of("Deployment")}
    found = 0
    for one in platform.of("PodMonitor"):
        monitor = one.inputs
        if deployment := deployments.get(monitor["metadata"]["name"]):
            found += 1
            template: Object = deployment["spec"]["template"]
            assert monitor["metadata"]["namespace"] == deployment["metadata"]["namespace"]
            assert monitor["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
            assert endpoint(monitor)["port"] in {port["name"] for port in template["spec"]["containers"][0]["ports"]}
    assert found == len(deployments) == 5


def test_series_keep_the_namespace_that_they_speak_of() -> None:
    assert all(endpoint(one.inputs)["honorLabels"] is True for one in stacks.platform().of("PodMonitor"))


def test_monitors_and_rules_carry_the_labels_by_which_prometheus_takes_them() -> None:
    for platform in (stacks.platform(), told.beside(told.EXISTING)):
        for one in (*platform.of("PodMonitor"), *platform.of("PrometheusRule")):
            assert one.inputs["metadata"]["labels"].items() >= LABELS.items()


def test_monitors_and_rules_come_after_the_definitions_of_their_kinds() -> None:
    for one in (*stacks.platform().of("PodMonitor"), *stacks.platform().of("PrometheusRule")):
        assert "CustomResourceDefinition widgets.example.com" in one.dependencies


def test_there_are_rules_on_what_there_is() -> None:
    every = [*alerts.own(), *alerts.autoscaler(), *alerts.installed()]
    assert whole_numbers(stacks.platform().one("PrometheusRule"))["spec"] == rules.spec(every)
    for existing, groups in (
        (told.EXISTING, alerts.own()),
        (told.EXISTING | {"autoscalerNamespace": "keda"}, [*alerts.own(), *alerts.autoscaler()]),
    ):
        rule = told.beside(existing).one("PrometheusRule")
        assert whole_numbers(rule)["spec"] == rules.spec(groups)
        assert rule["metadata"]["namespace"] == existing["namespace"]
