from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.values import Object


def container() -> Object:
    return stacks.platform().one("Deployment", "keda-operator")["spec"]["template"]["spec"]["containers"][0]


def test_two_operators_never_act_at_once() -> None:
    assert stacks.platform().one("Deployment", "keda-operator")["spec"]["replicas"] == 1
    assert "--leader-elect" in container()["args"]


def test_it_makes_the_certificates_and_changes_no_webhook() -> None:
    assert {"--enable-cert-rotation=true", "--enable-webhook-patching=false"} <= set(container()["args"])
    rules = stacks.platform().one("ClusterRole", "keda-operator-everywhere")["rules"]
    groups = {group for rule in rules for group in rule["apiGroups"]}
    assert "apiregistration.k8s.io" in groups
    assert "admissionregistration.k8s.io" not in groups


def test_it_scales_rollouts_and_reads_no_secrets_of_others() -> None:
    rules = stacks.platform().one("ClusterRole", "keda-operator-everywhere")["rules"]
    assert not {"secrets", "configmaps", "pods"} & {one for rule in rules for one in rule["resources"]}
    scaled = {one for rule in rules for one in rule["resources"] if one.endswith("/scale")}
    assert scaled == {"rollouts/scale"}
    environment = {one["name"]: one.get("value") for one in container()["env"]}
    assert environment.items() >= {"KEDA_RESTRICT_SECRET_ACCESS": "true", "WATCH_NAMESPACE": ""}.items()


def test_it_asks_prometheus_and_is_asked_by_the_metrics_api() -> None:
    policy = stacks.platform().one("NetworkPolicy", "keda-operator-traffic")
    assert told.peers(policy, "egress") == {("10.244.0.1/32", 443), ("monitoring/prometheus", 9090)}
    assert told.peers(policy, "ingress") == {("keda/metrics-api", 9666), ("monitoring/prometheus", 8080)}
