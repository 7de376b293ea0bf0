from infra.platform.autoscaler import metrics_api
from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.values import Object


def pod() -> Object:
    return stacks.platform().one("Deployment", "keda-metrics-apiserver")["spec"]["template"]["spec"]


def test_the_kubernetes_api_hands_questions_on_to_it_and_checks_who_answers() -> None:
    spec = stacks.platform().one("APIService")["spec"]
    service = stacks.platform().one("Service", "keda-metrics-apiserver-service")
    assert stacks.platform().one("APIService")["metadata"]["name"] == f"{spec['version']}.{spec['group']}"
    assert spec["service"] == {"name": service["metadata"]["name"], "namespace": "keda"}
    assert spec.get("insecureSkipTLSVerify", False) is False
    # The operator keeps it.
    assert "caBundle" not in spec
    assert "spec.caBundle" in stacks.platform().resource("APIService").request.ignoreChanges


def test_the_entry_comes_when_its_server_is_there_and_goes_before_it() -> None:
    api = stacks.platform().resource("APIService")
    server = {"Deployment keda-metrics-apiserver", "NetworkPolicy keda-metrics-apiserver-traffic"}
    assert server <= api.dependencies
    assert api.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Available"


def test_it_starts_after_the_operator_that_makes_its_certificate() -> None:
    server = stacks.platform().resource("Deployment", "keda-metrics-apiserver")
    assert "Deployment keda-operator" in server.dependencies
    (certificates,) = [one["secret"] for one in pod()["volumes"] if one["name"] == "certificates"]
    assert certificates.get("optional", False) is False


def test_it_asks_the_operator_under_a_name_that_is_in_its_certificate() -> None:
    arguments = dict(one.removeprefix("--").partition("=")[::2] for one in pod()["containers"][0]["args"])
    service = stacks.platform().one("Service", "keda-operator-service")
    assert arguments["metrics-service-address"] == "keda-operator.keda.svc:9666"
    # What the operator puts into the certificate, unless it is told otherwise.
    assert service["metadata"]["name"] == "keda-operator"
    assert stacks.platform().one("Service", "keda-metrics-apiserver-service")["metadata"]["name"] == metrics_api.NAME


def test_the_kubernetes_api_reaches_it_from_where_it_is() -> None:
    policy = stacks.platform().one("NetworkPolicy", "keda-metrics-apiserver-traffic")
    assert told.peers(policy, "ingress") == {("10.244.0.1/32", 6443), ("monitoring/prometheus", 8080)}
    assert told.peers(policy, "egress") == {("10.244.0.1/32", 443), ("keda/autoscaler", 9666)}


def test_it_may_ask_who_asks() -> None:
    binding = stacks.platform().one("RoleBinding", "keda-metrics-apiserver-authentication")
    assert binding["metadata"]["namespace"] == "kube-system"
    assert binding["roleRef"]["name"] == "extension-apiserver-authentication-reader"
    rules = stacks.platform().one("ClusterRole", "keda-metrics-apiserver-everywhere")["rules"]
    created = {one for rule in rules if rule["verbs"] == ["create"] for one in rule["resources"]}
    assert created == {"tokenreviews", "subjectaccessreviews"}
