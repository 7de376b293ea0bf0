import base64
import json

from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.platform.monitoring.told import WEBHOOK

ELSEWHERE = {"cidr": "198.51.100.7/32", "port": 8095}


def test_it_reaches_its_receivers_networks_and_its_own_kind_and_nothing_else() -> None:
    platform = told.telling(desk=WEBHOOK, team=WEBHOOK | {"networks": [ELSEWHERE, *WEBHOOK["networks"]]})
    assert told.peers(platform.one("NetworkPolicy", "alertmanager-traffic"), "egress") == {
        ("192.0.2.0/24", 443),
        ("198.51.100.7/32", 8095),
        ("monitoring/alertmanager", 9094),
    }


def test_without_receivers_it_reaches_nobody() -> None:
    policy = stacks.platform().one("NetworkPolicy", "alertmanager-traffic")
    assert told.peers(policy, "egress") == {("monitoring/alertmanager", 9094)}


def test_prometheus_tells_it_and_people_look_at_it_through_the_kubernetes_api() -> None:
    policy = stacks.platform().one("NetworkPolicy", "alertmanager-traffic")
    assert told.peers(policy, "ingress") == {
        ("10.244.0.1/32", 9093),
        ("monitoring/prometheus", 9093),
        ("monitoring/alertmanager", 9094),
    }


def test_several_of_them_agree_by_both_protocols() -> None:
    spec = stacks.platform().one("NetworkPolicy", "alertmanager-traffic")["spec"]
    for rule in (spec["ingress"][-1], spec["egress"][-1]):
        assert rule["ports"] == [{"protocol": "TCP", "port": 9094}, {"protocol": "UDP", "port": 9094}]


def test_prometheus_finds_it_by_the_service_that_the_operator_makes() -> None:
    (found,) = stacks.platform().one("Prometheus")["spec"]["alerting"]["alertmanagers"]
    assert found == {"namespace": "monitoring", "name": "alertmanager-operated", "port": "web"}


def test_it_gets_the_routes_and_each_receivers_secret_in_a_file() -> None:
    platform = told.telling(desk=WEBHOOK)
    spec = platform.one("Alertmanager")["spec"]
    configuration = platform.one("Secret", "alertmanager-configuration")
    secrets = platform.one("Secret", "alertmanager-receivers")
    assert spec["configSecret"] == configuration["metadata"]["name"]
    assert spec["secrets"] == [secrets["metadata"]["name"]]
    read = json.loads(base64.b64decode(configuration["data"]["alertmanager.yaml"]))
    (desk,) = [one for one in read["receivers"] if one["name"] == "desk"]
    file = f"/etc/alertmanager/secrets/{secrets['metadata']['name']}/desk"
    assert desk["webhook_configs"][0]["url_file"] == file
    assert base64.b64decode(secrets["data"]["desk"]) == b"https://desk.test"


def test_it_has_no_business_with_the_kubernetes_api() -> None:
    assert stacks.platform().one("Alertmanager")["spec"]["automountServiceAccountToken"] is False


def test_without_receivers_their_secret_says_what_the_cluster_keeps_of_an_empty_one() -> None:
    assert stacks.platform().one("Secret", "alertmanager-receivers").get("data") is None
