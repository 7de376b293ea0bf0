from typing import Any

from tests.infra import stacks
from tests.infra.values import Object


def pod() -> Object:
    return stacks.platform().one("Deployment", "traefik")["spec"]["template"]["spec"]


def arguments() -> dict[str, str]:
    pairs = [argument.removeprefix("--").partition("=") for argument in pod()["containers"][0]["args"]]
    return {name: value for name, _, value in pairs}


def seconds(name: str) -> int:
    return int(arguments()[f"entryPoints.web.transport.lifeCycle.{name}"].removesuffix("s"))


def test_a_service_without_ready_pods_does_not_take_its_route_away() -> None:
    assert arguments()["providers.kubernetescrd.allowEmptyServices"] == "true"


def test_no_route_leads_to_another_namespace() -> None:
    assert arguments()["providers.kubernetescrd.allowCrossNamespace"] == "false"
    assert arguments()["providers.kubernetescrd.allowExternalNameServices"] == "false"


def test_prometheus_alone_may_ask_for_its_figures() -> None:
    assert arguments()["metrics.prometheus"] == "true"
    ports = {port["name"]: int(port["containerPort"]) for port in pod()["containers"][0]["ports"]}
    assert arguments()["entryPoints.traefik.address"] == f":{ports['monitoring']}/tcp"
    for rule in stacks.platform().one("NetworkPolicy", "traefik-traffic")["spec"]["ingress"]:
        if rule["ports"] != [{"protocol": "TCP", "port": 8000}]:
            assert rule["ports"] == [{"protocol": "TCP", "port": ports["monitoring"]}]
            (peer,) = rule["from"]
            assert peer["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "prometheus"}
            assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}


def test_neither_dashboard_nor_telemetry_is_on() -> None:
    assert not [name for name in arguments() if name.startswith(("api", "tracing"))]
    assert arguments()["global.sendAnonymousUsage"] == "false"
    assert arguments()["global.checkNewVersion"] == "false"


def test_a_pod_that_goes_accepts_requests_for_a_while_and_finishes_them() -> None:
    assert seconds("requestAcceptGraceTimeout") >= 5
    drain = seconds("requestAcceptGraceTimeout") + seconds("graceTimeOut")
    assert pod()["terminationGracePeriodSeconds"] >= drain + 5


def test_a_draining_pod_does_not_count_as_dead() -> None:
    probe: dict[str, Any] = pod()["containers"][0]["livenessProbe"]
    drain = seconds("requestAcceptGraceTimeout") + seconds("graceTimeOut")
    assert probe["failureThreshold"] * probe["periodSeconds"] > drain


def test_there_is_always_a_pod_that_serves() -> None:
    deployment = stacks.platform().one("Deployment", "traefik")["spec"]
    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    budget = stacks.platform().one("PodDisruptionBudget", "traefik-disruption")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == deployment["selector"]


def test_a_pod_that_never_gets_ready_does_not_hold_up_a_drain() -> None:
    budget = stacks.platform().one("PodDisruptionBudget", "traefik-disruption")["spec"]
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_the_service_selects_the_pods_at_the_port_that_they_name() -> None:
    service = stacks.platform().one("Service", "traefik-service")["spec"]
    (port,) = service["ports"]
    assert service["selector"] == stacks.platform().one("Deployment", "traefik")["spec"]["selector"]["matchLabels"]
    assert port["nodePort"] == 30080
    assert port["targetPort"] in {named["name"] for named in pod()["containers"][0]["ports"]}


def test_the_controllers_come_after_the_definitions_that_they_watch() -> None:
    for name in ("traefik", "argo-rollouts", "prometheus-operator", "keda-operator"):
        controller = stacks.platform().resource("Deployment", name)
        assert "CustomResourceDefinition widgets.example.com" in controller.dependencies
