from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from pydantic import TypeAdapter

from infra.shared.network import Address
from sandbox.errors import SandboxError
from sandbox.journey import endpoints


def answering(monkeypatch: pytest.MonkeyPatch, found: dict[str, Any] | None) -> Mock:
    api = Mock(get=Mock(return_value=found))
    monkeypatch.setattr(endpoints, "Api", Mock(return_value=api))
    return api


def slice_of(*addresses: str, port: int = 6443) -> dict[str, Any]:
    return {
        "kind": "EndpointSlice",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in addresses],
        "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
    }


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["10.244.0.1"], ["10.244.0.1/32"]),
        (["10.0.2.7", "10.0.1.7"], ["10.0.1.7/32", "10.0.2.7/32"]),
        (["fd00::1"], ["fd00::1/128"]),
    ],
)
def test_each_api_server_is_named_as_the_platform_takes_it_in_an_order_that_stays(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], networks: list[str]
) -> None:
    api = answering(monkeypatch, slice_of(*addresses, port=443))
    found = endpoints.api_server(Path("a kubeconfig"))
    assert found == [{"cidr": network, "port": 443} for network in networks]
    assert [one.port for one in TypeAdapter(list[Address]).validate_python(found)] == [443] * len(networks)
    api.get.assert_called_once_with("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")
    api.close.assert_called_once()


@pytest.mark.parametrize(
    "found", [None, {}, {"endpoints": None, "ports": [{"port": 6443}]}, {**slice_of("10.0.0.1"), "ports": None}]
)
def test_a_cluster_that_does_not_tell_is_refused(monkeypatch: pytest.MonkeyPatch, found: dict[str, Any] | None) -> None:
    api = answering(monkeypatch, found)
    with pytest.raises(SandboxError, match="the cluster of a kubeconfig doesn't tell where its API server is"):
        endpoints.api_server(Path("a kubeconfig"))
    api.close.assert_called_once()


def node(*addresses: tuple[str, str], port: int = 10250) -> dict[str, Any]:
    return {
        "status": {
            "addresses": [{"type": kind, "address": address} for kind, address in addresses],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        }
    }


def test_each_kubelet_is_named_at_the_address_that_its_node_has_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [node(("Hostname", f"n{n}"), ("InternalIP", f"10.0.{n}.7"), ("ExternalIP", "203.0.113.9")) for n in (2, 1)]
    api = answering(monkeypatch, {"items": [*inside, node(("InternalIP", "fd00::7"), port=10251)]})
    found = endpoints.kubelets(Path("a kubeconfig"))
    assert found == [
        {"cidr": "10.0.1.7/32", "port": 10250},
        {"cidr": "10.0.2.7/32", "port": 10250},
        {"cidr": "fd00::7/128", "port": 10251},
    ]
    assert len(TypeAdapter(list[Address]).validate_python(found)) == 3
    api.get.assert_called_once_with("/api/v1/nodes")
    api.close.assert_called_once()


@pytest.mark.parametrize("found", [None, {"items": []}, {"items": [node(("Hostname", "n1"))]}])
def test_a_cluster_that_has_no_kubelets_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, Any] | None
) -> None:
    answering(monkeypatch, found)
    with pytest.raises(SandboxError, match="the cluster of a kubeconfig doesn't tell where its kubelets are"):
        endpoints.kubelets(Path("a kubeconfig"))
