import base64
import json

from infra.platform.monitoring import kubelet
from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.values import Object


def spec(**installed: object) -> Object:
    return (told.platform(**installed) if installed else stacks.platform()).one("Prometheus")["spec"]


def test_it_takes_monitors_and_rules_of_every_namespace_by_their_labels() -> None:
    for kind in ("serviceMonitor", "podMonitor", "rule"):
        assert spec()[f"{kind}Selector"] == {"matchLabels": {"release": "kube-prometheus-stack"}}
        assert spec()[f"{kind}NamespaceSelector"] == {}


def test_it_looks_at_rules_as_often_as_it_asks() -> None:
    assert spec(scrapeSeconds=30)["scrapeInterval"] == spec(scrapeSeconds=30)["evaluationInterval"] == "30s"


def test_the_oldest_go_before_the_room_is_full() -> None:
    found = spec(size="1Gi", retention="3d")
    assert found["retention"] == "3d"
    assert found["retentionSize"] == "819MiB"
    assert found["storage"]["emptyDir"]["sizeLimit"] == "1Gi"


def test_it_asks_the_kubelets() -> None:
    scrapes = stacks.platform().one("Secret", "prometheus-scrapes")
    named = spec()["additionalScrapeConfigs"]
    assert named["name"] == scrapes["metadata"]["name"]
    assert json.loads(base64.b64decode(scrapes["data"][named["key"]])) == kubelet.scrapes()


def test_no_monitor_can_have_it_show_its_own_token() -> None:
    assert spec()["arbitraryFSAccessThroughSMs"] == {"deny": True}


def test_it_reaches_what_has_to_be_asked_and_the_kubernetes_api_and_nothing_else() -> None:
    config = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["kubelets"] = [{"cidr": "10.0.3.0/24", "port": 10250}]
    policy = stacks.platform_with(config).one("NetworkPolicy", "prometheus-traffic")
    assert told.peers(policy, "egress") == {
        ("10.244.0.1/32", 443),
        ("10.0.3.0/24", 10250),
        ("any/model-server", 8001),
        ("any/gateway", 8080),
        ("any/rollouts-controller", 8090),
        ("monitoring/prometheus-operator", 8080),
        ("monitoring/prometheus", 9090),
        ("monitoring/alertmanager", 9093),
        ("any/autoscaler", 8080),
        ("any/metrics-api", 8080),
    }


def test_it_is_asked_by_the_controllers_by_itself_and_through_the_kubernetes_api() -> None:
    policy = stacks.platform().one("NetworkPolicy", "prometheus-traffic")
    assert told.peers(policy, "ingress") == {
        ("10.244.0.1/32", 9090),
        ("monitoring/prometheus", 9090),
        ("keda/autoscaler", 9090),
        ("argo-rollouts/rollouts-controller", 9090),
    }


def test_every_pod_that_it_asks_lets_it_in_at_that_port() -> None:
    platform = stacks.platform()
    asked = told.peers(platform.one("NetworkPolicy", "prometheus-traffic"), "egress")
    for policy in platform.of("NetworkPolicy"):
        labels = policy.inputs["spec"]["podSelector"].get("matchLabels", {})
        component = labels.get("app.kubernetes.io/component")
        ports = {port for peer, port in asked if peer == f"any/{component}"}
        if ports:
            assert {("monitoring/prometheus", port) for port in ports} <= told.peers(policy.inputs, "ingress"), (
                component
            )


def test_it_reads_no_secrets() -> None:
    rules = stacks.platform().one("ClusterRole", "prometheus-everywhere")["rules"]
    assert {one for rule in rules for one in rule["resources"]} == {
        "endpointslices",
        "nodes",
        "nodes/metrics",
        "pods",
        "services",
    }
