from infra.shared.quantities import Quantity
from tests.infra import stacks
from tests.infra.platform.monitoring import told


def hard(**installed: object) -> dict[str, str]:
    return told.platform(**installed).one("ResourceQuota", "monitoring-quota")["spec"]["hard"]


def test_its_namespace_holds_every_pod_and_an_upgrade_of_the_operator() -> None:
    assert hard(replicas=1)["pods"] == "4"
    assert hard(replicas=2)["pods"] == "6"


def test_the_namespace_grows_with_prometheus() -> None:
    config = told.configuration()["slipway-platform:monitoring"]["installed"]["resources"]
    larger = {**config, "limits": {**config["limits"], "memory": "8Gi"}}
    assert Quantity.parse(hard(resources=larger)["limits.memory"]) > Quantity.parse("8Gi")


def test_nothing_in_it_is_reached_but_by_what_the_policies_say() -> None:
    policy = stacks.platform().one("NetworkPolicy", "monitoring-deny")
    assert policy["metadata"]["namespace"] == "monitoring"
