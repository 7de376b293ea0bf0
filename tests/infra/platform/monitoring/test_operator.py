from infra.platform.monitoring.operator import RELOADER
from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.values import Object


def pod() -> Object:
    return stacks.platform().one("Deployment", "prometheus-operator")["spec"]["template"]["spec"]


def arguments() -> dict[str, str]:
    pairs = [argument.removeprefix("--").partition("=") for argument in pod()["containers"][0]["args"]]
    return {name: value for name, _, value in pairs}


def test_it_runs_prometheus_and_alertmanager_in_its_own_namespace_alone() -> None:
    for kind in ("prometheus-instance", "alertmanager-instance", "alertmanager-config", "thanos-ruler-instance"):
        assert arguments()[f"{kind}-namespaces"] == "monitoring"
    assert "namespaces" not in arguments()  # monitors and rules may be in any


def test_what_it_puts_beside_each_pod_is_pinned_bounded_and_probed() -> None:
    assert arguments()["prometheus-config-reloader"].endswith(stacks.DIGEST)
    assert arguments()["config-reloader-memory-limit"] == str(RELOADER.limits.memory)
    assert arguments()["config-reloader-cpu-limit"] == str(RELOADER.limits.cpu)
    assert arguments()["enable-config-reloader-probes"] == "true"


def test_it_reads_secrets_of_its_own_namespace_alone() -> None:
    everywhere = stacks.platform().one("ClusterRole", "prometheus-operator-everywhere")["rules"]
    assert not {"secrets", "configmaps", "statefulsets", "pods"} & {
        one for rule in everywhere for one in rule["resources"]
    }
    at_home = stacks.platform().one("Role", "prometheus-operator-at-home")
    assert at_home["metadata"]["namespace"] == "monitoring"
    assert "secrets" in {one for rule in at_home["rules"] for one in rule["resources"]}


def test_it_talks_to_the_kubernetes_api_and_is_asked_by_prometheus() -> None:
    policy = stacks.platform().one("NetworkPolicy", "prometheus-operator-traffic")
    assert told.peers(policy, "egress") == {("10.244.0.1/32", 443)}
    assert told.peers(policy, "ingress") == {
        ("monitoring/prometheus", pod()["containers"][0]["ports"][0]["containerPort"])
    }
