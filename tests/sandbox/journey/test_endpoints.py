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
