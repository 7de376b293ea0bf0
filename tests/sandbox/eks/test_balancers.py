"""Services that ask EKS for a load balancer get one, and no others."""

from typing import Any

import pytest

from sandbox.eks.api import ApiError
from sandbox.eks.balancers import Balancers, host
from tests.sandbox.eks.conftest import Server

ADDRESS = "10.0.0.3"


def service(name: str = "traefik", *, port: int = 80, since: str = "2026-01-01T00:00:00Z", **spec: Any) -> Any:
    return {
        "metadata": {"namespace": "gateway", "name": name, "uid": f"{name}-1234", "creationTimestamp": since},
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "eks.amazonaws.com/nlb",
            "ports": [{"port": port}],
            **spec,
        },
        "status": {"loadBalancer": {}},
    }


def told(server: Server) -> dict[str, Any]:
    """What was written, by the name of the Service."""
    for method, _, _, kind in server.asked:
        assert (method, kind) == ("PATCH", "application/merge-patch+json")
    return {
        path.removeprefix("/api/v1/namespaces/gateway/services/").removesuffix("/status"): body["status"][
            "loadBalancer"
        ]["ingress"]
        for _, path, body, _ in server.asked
    }


def test_a_service_tells_the_name_and_the_address_of_its_load_balancer(server: Server) -> None:
    asking = service()
    Balancers(server.api, ADDRESS).settle([asking])
    (where,) = told(server)["traefik"]
    assert where == {"hostname": "k8s-gateway-traefik-traefik-.elb.sandbox.internal", "ip": ADDRESS, "ipMode": "VIP"}
    assert host(asking) == where["hostname"]


def test_one_that_tells_already_is_left_alone(server: Server) -> None:
    done = service()
    done["status"] = {"loadBalancer": {"ingress": [{"hostname": host(done), "ip": ADDRESS, "ipMode": "VIP"}]}}
    Balancers(server.api, ADDRESS).settle([done])
    assert not server.asked


@pytest.mark.parametrize("spec", [{"type": "NodePort"}, {"loadBalancerClass": "example.com/other"}])
def test_others_are_none_of_its_business(server: Server, spec: dict[str, Any]) -> None:
    Balancers(server.api, ADDRESS).settle([service(**spec)])
    assert not server.asked


def test_one_that_goes_gets_none(server: Server) -> None:
    going = service()
    going["metadata"]["deletionTimestamp"] = "2026-01-02T00:00:00Z"
    Balancers(server.api, ADDRESS).settle([going])
    assert not server.asked


def test_of_two_that_want_a_port_the_older_has_it(server: Server) -> None:
    younger = service("younger", since="2026-01-02T00:00:00Z")
    Balancers(server.api, ADDRESS).settle([younger, service("older"), service("other", port=443)])
    assert set(told(server)) == {"older", "other"}


def test_one_that_has_gone_meanwhile_is_no_trouble_and_a_refusal_is(server: Server) -> None:
    server.status = 404
    Balancers(server.api, ADDRESS).settle([service()])
    server.status = 403
    with pytest.raises(ApiError, match="/services/traefik/status: 403"):
        Balancers(server.api, ADDRESS).settle([service()])
