"""What the components are told, without running them."""

import ipaddress
import json
import re
import tomllib
from typing import Any

import pytest

from infra.platform.foundation.aws.subnets import divide
from sandbox.kubernetes import addresses, pki
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout

ADDRESS = re.compile(r"\b\d+\.\d+\.\d+\.\d+\b(?!/)")
# The bridge has them, and none of them is a network card's.
OWN = {addresses.NODE_ADDRESS, addresses.AWS_ENDPOINT, addresses.POD_IDENTITY}
ALLOWED = {*OWN, addresses.LOOPBACK, addresses.DNS_SERVICE, addresses.LOAD_BALANCER}


def settings(component: Component, name: str) -> dict[str, Any]:
    return json.loads(next(text for file, text in component.settings.items() if file.name == name))


def said(component: Component) -> str:
    return "\n".join([*component.arguments, *component.settings.values()])


def test_every_component_with_a_port_is_checked_before_the_start(described: dict[str, Component]) -> None:
    assert set(addresses.ENDPOINTS) == set(described) - {"containerd"}


def test_no_component_listens_beyond_this_machine() -> None:
    for endpoints in addresses.ENDPOINTS.values():
        for endpoint in endpoints:
            address = ipaddress.ip_address(endpoint.host)
            assert address.is_loopback or str(address) in OWN


def test_no_component_is_told_another_address(described: dict[str, Component]) -> None:
    for component in described.values():
        networks = said(component).replace("0.0.0.0/0", "")
        assert set(ADDRESS.findall(networks)) <= ALLOWED, component.name


@pytest.mark.parametrize("word", ["token-auth-file", "insecure-skip-tls-verify", "insecure-port", "AlwaysAllow"])
def test_nothing_weakens_authentication(described: dict[str, Component], word: str) -> None:
    assert word not in "\n".join(map(said, described.values()))


def test_the_api_server_knows_everyone_by_certificate(described: dict[str, Component]) -> None:
    arguments = described["kube-apiserver"].arguments

    assert "--anonymous-auth=false" in arguments
    assert "--authorization-mode=Node,RBAC" in arguments
    assert "--enable-admission-plugins=NodeRestriction" in arguments


def test_every_kubeconfig_checks_the_server_and_names_one_identity(described: dict[str, Component]) -> None:
    identities = {
        "kube-controller-manager": "kube-controller-manager",
        "kube-scheduler": "kube-scheduler",
        "kubelet": "kubelet",
        "kube-proxy": "kube-proxy",
        "network-policies": "network-policies",
        "auto-mode": "auto-mode",
    }
    for name, identity in identities.items():
        content = settings(described[name], f"{name}.kubeconfig")
        assert content["clusters"][0]["cluster"]["server"] == addresses.API_URL
        assert content["clusters"][0]["cluster"]["certificate-authority"].endswith("/pki/ca.crt")
        assert content["users"][0]["user"]["client-certificate"].endswith(f"/pki/{identity}.crt")


def test_the_kubelet_identifies_itself_as_node_restriction_demands() -> None:
    assert pki.KUBELET.user == "system:node:sandbox"
    assert pki.KUBELET.groups == ("system:nodes",)


def test_the_kubelet_keeps_images_and_knows_who_asks(described: dict[str, Component]) -> None:
    content = settings(described["kubelet"], "kubelet.json")

    assert content["imageGCHighThresholdPercent"] == 100
    assert content["authentication"]["anonymous"] == {"enabled": False}
    assert content["authorization"] == {"mode": "Webhook"}
    assert content["failCgroupV1"] is False


def test_pods_live_in_a_control_group_of_this_sandbox(described: dict[str, Component], layout: Layout) -> None:
    assert settings(described["kubelet"], "kubelet.json")["cgroupRoot"] == f"/{layout.cgroup}"


def test_the_proxy_serves_node_ports_on_loopback_only(described: dict[str, Component]) -> None:
    content = settings(described["kube-proxy"], "kube-proxy.json")

    assert content["mode"] == "iptables"
    assert content["nodePortAddresses"] == ["127.0.0.0/8"]
    assert content["conntrack"]["maxPerCore"] == 0


def test_containerd_starts_pods_without_rights_over_resources(described: dict[str, Component]) -> None:
    text = next(text for file, text in described["containerd"].settings.items() if file.name == "config.toml")
    interface = tomllib.loads(text)["plugins"]["io.containerd.grpc.v1.cri"]

    assert interface["restrict_oom_score_adj"] is True
    assert interface["sandbox_image"].startswith("registry.k8s.io/pause:3.10@sha256:")


def test_every_registry_is_mirrored_by_ours_alone(described: dict[str, Component]) -> None:
    mirrors = {
        file.parent.name: tomllib.loads(text)
        for file, text in described["containerd"].settings.items()
        if file.name == "hosts.toml"
    }

    assert set(mirrors) == {"_default"}  # any registry that has no folder of its own
    for mirror in mirrors.values():
        assert mirror["server"] == "http://127.0.0.1:5050"
        assert list(mirror["host"]) == ["http://127.0.0.1:5050"]


def test_pods_have_none_of_the_addresses_that_aws_has_in_their_network(described: dict[str, Component]) -> None:
    (plugin,) = settings(described["containerd"], "10-sandbox.conflist")["plugins"]
    ((pods,),) = plugin["ipam"]["ranges"]
    network = ipaddress.ip_network(pods["subnet"])
    for taken in (addresses.AWS_ENDPOINT, addresses.LOAD_BALANCER):
        assert ipaddress.ip_address(taken) in ipaddress.ip_network(addresses.AWS_NETWORK)
        assert ipaddress.ip_address(taken) not in network


def test_the_networks_of_pods_and_of_aws_are_in_the_first_private_subnet_of_the_vpc_of_stacks_for_aws() -> None:
    private = ipaddress.ip_network(divide(addresses.VPC).private[0])
    for network in (addresses.POD_NETWORK, addresses.AWS_NETWORK):
        assert ipaddress.ip_network(network).subnet_of(private)  # pyright: ignore[reportArgumentType]


def test_pods_are_on_our_bridge(described: dict[str, Component]) -> None:
    plugins = settings(described["containerd"], "10-sandbox.conflist")["plugins"]

    assert [plugin["bridge"] for plugin in plugins] == ["slipway0"]
    assert plugins[0]["ipMasq"] is False
    assert plugins[0]["hairpinMode"] is True


def test_the_key_changes_with_settings_certificates_and_program(layout: Layout) -> None:
    layout.cluster.mkdir()
    program, certificate = layout.cluster / "program", layout.cluster / "certificate"
    program.write_text("one")
    certificate.write_text("one")

    def key(argument: str = "-a", setting: str = "x") -> str:
        return Component(
            name="any",
            program=program,
            arguments=(argument,),
            settings={layout.cluster / "file": setting},
            certificates=(certificate,),
            probe=lambda: None,
        ).key

    first = key()
    assert key() == first
    assert key(argument="-b") != first
    assert key(setting="y") != first
    certificate.write_text("two")
    second = key()
    assert second != first
    program.write_text("another")
    assert key() != second
