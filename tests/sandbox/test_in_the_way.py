"""What others have on the machine is left alone, and refused by its name where it is in the way."""

import re
from functools import partial

import pytest

from sandbox.kubernetes import addresses
from tests.sandbox.isolation import Isolated
from tests.sandbox.surroundings import everything, serving

pytestmark = pytest.mark.life


def has_network(one: Isolated) -> bool:
    """Whether a sandbox has its bridge, and its chains in the packet filter."""
    bridge = one.run("ip", "link", "show", addresses.BRIDGE, check=False)
    return bridge.returncode == 0 and "SLIPWAY-" in everything(one)["rules"]


def test_a_port_in_use_is_refused_before_anything_is_changed(isolated: Isolated) -> None:
    before = everything(isolated)
    with serving(isolated, "127.0.0.1", 2379):
        refused = isolated.sandbox("up", check=False)

    assert refused.returncode == 1
    assert "port 2379 on 127.0.0.1, for etcd, is in use by python (pid " in refused.stderr
    assert everything(isolated) == before
    assert not isolated.state.cluster.exists()


def test_another_kubernetes_and_its_rules_are_left_alone(isolated: Isolated) -> None:
    isolated.run("iptables", "-t", "nat", "-N", "KUBE-SERVICES")
    before = everything(isolated)

    refused = isolated.sandbox("up", check=False)

    assert "another Kubernetes" in refused.stderr
    isolated.sandbox("down")
    assert everything(isolated) == before


def test_a_route_of_someone_else_is_refused_and_stays(isolated: Isolated) -> None:
    isolated.run("ip", "link", "add", "other0", "type", "bridge")
    isolated.run("ip", "link", "set", "other0", "up")
    isolated.run("ip", "route", "add", addresses.SERVICE_NETWORK, "dev", "other0")
    before = everything(isolated)

    refused = isolated.sandbox("up", check=False)

    assert f"the route to {addresses.SERVICE_NETWORK} of other0 overlaps" in refused.stderr
    assert everything(isolated) == before


def test_what_another_sandbox_has_left_is_told_with_the_command_that_removes_it(
    isolated: Isolated, beside: Isolated
) -> None:
    before = everything(isolated)
    beside.cut_off_at("up", partial(has_network, beside))
    beside.kill_everything()

    refused = isolated.sandbox("up", check=False)

    command = re.search(r"take that one down with `(.+)`", refused.stderr)
    assert command, refused.stderr
    isolated.run("sh", "-c", command[1])
    assert everything(isolated) == before


def test_chains_that_a_sandbox_without_a_bridge_has_left_go_with_down(isolated: Isolated) -> None:
    before = everything(isolated)
    isolated.cut_off_at("up", partial(has_network, isolated))
    isolated.kill_everything()
    isolated.run("ip", "link", "delete", addresses.BRIDGE)
    assert "SLIPWAY-" in everything(isolated)["rules"]

    isolated.sandbox("down")

    assert everything(isolated) == before
