from tests.infra import stacks


def test_the_deployment_holds_the_template_and_no_pods() -> None:
    assert stacks.serving().one("Deployment")["spec"]["replicas"] == 0


def test_the_selector_never_holds_the_version_and_the_pods_do() -> None:
    spec = stacks.serving().one("Deployment")["spec"]
    selector, labels = spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]
    assert selector.items() < labels.items()
    assert labels["app.kubernetes.io/version"] == "1.0.0"
    assert "app.kubernetes.io/version" not in selector


def test_pods_have_an_account_of_their_own() -> None:
    account = stacks.serving().one("ServiceAccount", "maintenance-predictor-account")["metadata"]["name"]
    pod = stacks.serving().one("Deployment")["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account == "maintenance-predictor"


def test_one_pod_may_go_at_a_time() -> None:
    budget = stacks.serving().one("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == stacks.serving().one("Deployment")["spec"]["selector"]


def test_a_version_that_never_gets_ready_does_not_hold_up_a_drain() -> None:
    assert stacks.serving().one("PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_only_the_gateway_and_verification_come_in_and_only_the_store_is_reached() -> None:
    policy = stacks.serving().one("NetworkPolicy", "maintenance-predictor-traffic")["spec"]
    sources = [rule["from"][0]["podSelector"]["matchLabels"] for rule in policy["ingress"]]
    assert sources == [
        {"app.kubernetes.io/component": "gateway"},
        {"app.kubernetes.io/component": "verification"},
    ]
    (egress,) = policy["egress"]
    assert egress["to"] == [{"ipBlock": {"cidr": "10.244.0.1/32"}}]
    assert egress["ports"] == [{"protocol": "TCP", "port": 4566}]
