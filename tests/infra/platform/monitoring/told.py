"""Platforms that are watched otherwise than the committed one, for the tests of what watches them."""

from typing import Any, Final

from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object

KEY: Final = "slipway-platform:monitoring"
NETWORK: Final[Object] = {"cidr": "192.0.2.0/24", "port": 443}
WEBHOOK: Final[Object] = {"webhook": {}, "networks": [NETWORK], "gets": ["page"]}
EXISTING: Final[Object] = {
    "url": "http://prometheus-operated.watch.svc:9090",
    "namespace": "watch",
    "labels": {"release": "kube-prometheus-stack"},
}


def configuration(**installed: Any) -> Object:
    """The local platform's configuration with these keys of `installed`; those that are None are taken away."""
    config = stacks.platform_configuration()
    said: Object = config[KEY]["installed"] | installed
    config[KEY]["installed"] = {key: value for key, value in said.items() if value is not None}
    return config


def platform(**installed: Any) -> Recording:
    """What the platform program declares with these keys of `installed`."""
    return stacks.platform_with(configuration(**installed))


def telling(**receivers: Object) -> Recording:
    """What it declares with these receivers, each of which has a secret of its own."""
    config = configuration(receivers=receivers)
    return stacks.platform_with(config | {f"slipway-receivers:{name}": f"https://{name}.test" for name in receivers})


def beside(existing: Object | None) -> Recording:
    """What it declares on a cluster that has a Prometheus of its own; None for one that nothing watches."""
    config = stacks.platform_configuration()
    del config[KEY]
    return stacks.platform_with(config | ({KEY: {"existing": existing}} if existing else {}))


def peers(policy: Object, direction: str) -> set[tuple[str, int]]:
    """Who may talk to whom by a NetworkPolicy: network or labels, and port."""
    end = {"ingress": "from", "egress": "to"}[direction]
    return {
        (_named(peer), port["port"])
        for rule in policy["spec"][direction]
        for peer in rule.get(end, [{}])
        for port in rule["ports"]
    }


def _named(peer: Object) -> str:
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"]
    namespace = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name", "any")
    labels: Object = peer.get("podSelector", {}).get("matchLabels", {})
    component = labels.get("app.kubernetes.io/component", labels.get("app.kubernetes.io/name", "everyone"))
    return f"{namespace}/{component}"
