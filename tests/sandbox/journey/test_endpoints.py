from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from pydantic import TypeAdapter

from infra.platform.config import Address
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
    ("addresses", "network"),
    [
        (["10.244.0.1"], "10.244.0.1/32"),
        (["172.18.0.2", "172.18.0.3"], "172.18.0.2/31"),
        (["10.0.1.7", "10.0.2.7", "10.0.3.7"], "10.0.0.0/22"),
        (["fd00::1"], "fd00::1/128"),
    ],
)
def test_the_api_servers_are_one_network_as_the_platform_takes_it(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], network: str
) -> None:
    api = answering(monkeypatch, slice_of(*addresses, port=443))
    found = endpoints.api_server(Path("a kubeconfig"))
    assert found == {"cidr": network, "port": 443}
    assert TypeAdapter(Address).validate_python(found).port == 443
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
