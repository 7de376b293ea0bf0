from infra.shared import network
from infra.shared.network import Address
from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.values import Object


def platform_with_two_of_each() -> Object:
    config = stacks.platform_configuration()
    addresses = [{"cidr": "10.0.0.7/32", "port": 443}, {"cidr": "169.254.170.23/32", "port": 80}]
    put("slipway-platform:foundation", "local", "apiServer", value=addresses)(config)
    put("slipway-platform:foundation", "local", "store", "addresses", value=addresses)(config)
    return config


def test_each_address_is_reached_at_its_port_and_at_no_other() -> None:
    rules = network.to_addresses([Address(cidr="10.0.0.7/32", port=443), Address(cidr="10.0.1.0/24", port=80)])
    assert [(rule.get("to"), rule.get("ports")) for rule in rules] == [
        ([{"ip_block": {"cidr": "10.0.0.7/32"}}], [{"protocol": "TCP", "port": 443}]),
        ([{"ip_block": {"cidr": "10.0.1.0/24"}}], [{"protocol": "TCP", "port": 80}]),
    ]


def test_networks_may_come_from_any_port_of_theirs_and_are_named_once() -> None:
    same = [Address(cidr="10.0.0.7/32", port=443), Address(cidr="10.0.0.7/32", port=80)]
    assert network.from_addresses([*same, Address(cidr="fd00::7/128", port=443)], 9090) == [
        {"from_": [{"ip_block": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": 9090}]}
        for cidr in ("10.0.0.7/32", "fd00::7/128")
    ]


def test_every_address_that_the_platform_names_is_open_to_those_who_need_it() -> None:
    platform = stacks.platform_with(platform_with_two_of_each())
    serving = stacks.serving_on(platform.outputs)
    for recording, policy, others in (
        (platform, "traefik-traffic", 1),
        (platform, "argo-rollouts-traffic", 1),
        (platform, "prometheus-operator-traffic", 0),
        (platform, "keda-operator-traffic", 1),
        (platform, "keda-metrics-apiserver-traffic", 1),
        (serving, "maintenance-predictor-traffic", 0),
        (serving, "maintenance-predictor-golden", 1),
        (serving, "maintenance-predictor-verify", 2),
    ):
        egress = recording.one("NetworkPolicy", policy)["spec"]["egress"]
        blocks = [one["ipBlock"]["cidr"] for rule in egress for one in rule["to"] if "ipBlock" in one]
        # Verification needs both, the API server and the store.
        assert blocks == ["10.0.0.7/32", "169.254.170.23/32"] * (2 if policy.endswith("-verify") else 1), policy
        assert len(egress) == len(blocks) + others, policy


def test_the_gateway_reaches_one_port_of_model_servers_and_verification_the_other() -> None:
    (container,) = stacks.serving().one("Deployment")["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for recording, policy, port in (
        (stacks.platform(), "traefik-traffic", "http"),
        (stacks.serving(), "maintenance-predictor-verify", "monitoring"),
    ):
        egress = recording.one("NetworkPolicy", policy)["spec"]["egress"]
        to_model_servers = [rule["ports"] for rule in egress if "model-server" in str(rule["to"])]
        assert to_model_servers == [[{"protocol": "TCP", "port": ports[port]}]], policy


def test_verification_reaches_the_gateways_pods_where_they_listen() -> None:
    container = stacks.platform().one("Deployment", "traefik")["spec"]["template"]["spec"]["containers"][0]
    egress = stacks.serving().one("NetworkPolicy", "maintenance-predictor-verify")["spec"]["egress"]
    to_gateway = [rule for rule in egress if "gateway" in str(rule["to"])]
    assert to_gateway[0]["ports"][0]["port"] == container["ports"][0]["containerPort"]
