"""What is refused before anything is changed."""

import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest

from sandbox.errors import SandboxError
from sandbox.kubernetes import firewall, network, preflight, processes
from sandbox.kubernetes import host as commands
from sandbox.kubernetes.layout import Layout


class Usage(NamedTuple):
    free: int


class Machine:
    """A machine on which nothing is in the way, until a test says otherwise."""

    def __init__(self) -> None:
        self.links: list[dict[str, Any]] = [{"ifname": "lo", "address": "00:00:00:00:00:00"}]
        self.addresses: list[dict[str, Any]] = [
            {"ifname": "eth0", "addr_info": [{"local": "192.0.2.2", "prefixlen": 24}]}
        ]
        self.routes: list[dict[str, Any]] = [{"dst": "default", "dev": "eth0"}, {"dst": "192.0.2.0/24", "dev": "eth0"}]
        self.rules = ""
        self.listening = ""

    def run(self, argv: Sequence[str], given: str | None = None) -> str:
        match list(argv):
            case ["ip", "-json", "link", "show"]:
                return json.dumps(self.links)
            case ["ip", "-json", "-4", "address", "show"]:
                return json.dumps(self.addresses)
            case ["ip", "-json", "-4", "route", "show"]:
                return json.dumps(self.routes)
            case ["iptables-save" | "ip6tables-save"]:
                return self.rules
            case ["ss", *_]:
                return self.listening
            case other:
                raise AssertionError(f"a check ran {other}")


@pytest.fixture
def machine(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Machine:
    one = Machine()
    for module in (firewall, network, preflight):
        monkeypatch.setattr(module, "run", one.run)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(preflight, "INSTALLED", ())
    monkeypatch.setattr(preflight, "CNI_PLUGINS", layout.state.bin)
    monkeypatch.setattr(processes, "others", Mock(return_value=[]))
    monkeypatch.setattr(shutil, "disk_usage", Mock(return_value=Usage(free=100 * 2**30)))
    layout.state.bin.mkdir(parents=True)
    for name in (*preflight.BUILT, "bridge", "traefik"):
        (layout.state.bin / name).touch()
    return one


@pytest.fixture
def check(machine: Machine, layout: Layout) -> Callable[[], None]:
    return lambda: preflight.check(layout.state, layout)


def test_a_machine_with_nothing_in_the_way_is_taken(check: Callable[[], None]) -> None:
    check()


def test_a_sandbox_of_this_state_is_not_in_its_own_way(
    machine: Machine, layout: Layout, check: Callable[[], None]
) -> None:
    machine.links.append({"ifname": "slipway0", "address": layout.hardware_address})
    machine.rules = ":KUBE-SERVICES - [0:0]\n"

    check()


def test_another_user_than_root_is_refused(check: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match="needs root"):
        check()


def test_a_root_without_its_rights_is_refused(
    check: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status = tmp_path / "status"
    status.write_text("CapPrm:\t000001ffffffffff\nCapEff:\t00000000a80425fb\n")  # what Docker gives
    monkeypatch.setattr(preflight, "STATUS", status)
    with pytest.raises(SandboxError, match=r"root lacks CAP_NET_ADMIN, as in a container: .*--privileged"):
        check()


def test_a_program_that_was_not_built_is_named(check: Callable[[], None], layout: Layout) -> None:
    (layout.state.bin / "kubelet").unlink()
    with pytest.raises(SandboxError, match=r"bin/kubelet is not built: run `make setup`"):
        check()


def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(SandboxError, match="no-such-program is not installed"):
        preflight.program("no-such-program")


def test_too_little_disk_is_told_in_figures(check: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", Mock(return_value=Usage(free=2**30)))
    with pytest.raises(SandboxError, match=r"has 1\.0 GiB free and 12\.0 are needed"):
        check()


@pytest.mark.parametrize("host", ["10.244.0.1", *preflight.ANYWHERE])
def test_a_port_in_use_is_told_with_its_holder(machine: Machine, check: Callable[[], None], host: str) -> None:
    machine.listening = f'LISTEN 0 128 {host}:10250 0.0.0.0:* users:(("nginx",pid=77,fd=3))\n'
    with pytest.raises(SandboxError, match=r"port 10250 .* for kubelet, is in use by nginx \(pid 77\)"):
        check()


def test_a_port_that_is_bound_to_an_interface_is_in_use_too(machine: Machine, check: Callable[[], None]) -> None:
    machine.listening = 'LISTEN 0 128 127.0.0.1%lo:2379 0.0.0.0:* users:(("nginx",pid=77,fd=3))\n'
    with pytest.raises(SandboxError, match=r"port 2379 on 127\.0\.0\.1"):
        check()


def test_the_gateways_port_is_taken_by_nobody_else(
    machine: Machine, check: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.listening = 'LISTEN 0 128 *:30080 *:* users:(("nginx",pid=77,fd=3))\n'
    with pytest.raises(SandboxError, match=r"port 30080 on 127\.0\.0\.1, for kube-proxy, is in use by nginx"):
        check()

    ours = processes.Process(pid=78, component="kube-proxy", key="", leader=True, started=0)
    monkeypatch.setattr(processes, "owned", Mock(return_value=[ours]))
    check()


def test_the_same_port_on_another_address_is_not_in_the_way(machine: Machine, check: Callable[[], None]) -> None:
    machine.listening = 'LISTEN 0 128 127.0.0.1:443 0.0.0.0:* users:(("nginx",pid=77,fd=3))\n'

    check()


def test_our_own_component_is_not_in_the_way(
    machine: Machine, check: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.listening = 'LISTEN 0 128 10.244.0.1:443 0.0.0.0:* users:(("kube-apiserver",pid=77,fd=3))\n'
    ours = processes.Process(pid=77, component="kube-apiserver", key="", leader=True, started=0)
    monkeypatch.setattr(processes, "owned", Mock(return_value=[ours]))

    check()


def test_another_kubernetes_is_left_alone(machine: Machine, check: Callable[[], None]) -> None:
    machine.rules = "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n"
    with pytest.raises(SandboxError, match=r"another Kubernetes .* \(chain KUBE-SERVICES\): .*--driver kubeconfig"):
        check()


@pytest.mark.parametrize(
    "left", ["*filter\n:SLIPWAY-INPUT - [0:0]\n", "*nat\n:KUBE-NAT - [0:0]\n:SLIPWAY-INPUT - [0:0]\n"]
)
def test_chains_of_a_sandbox_that_is_gone_are_not_in_the_way(
    machine: Machine, check: Callable[[], None], left: str
) -> None:
    machine.rules = left

    check()


def test_chains_of_another_sandbox_that_lives_are_left_alone(
    machine: Machine, check: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.rules = "*nat\n:KUBE-NAT - [0:0]\n:SLIPWAY-INPUT - [0:0]\n"
    monkeypatch.setattr(processes, "others", Mock(return_value=[77]))
    with pytest.raises(SandboxError, match=r"another Kubernetes .* \(chain KUBE-NAT\)"):
        check()


def test_a_bridge_of_someone_else_is_left_alone(machine: Machine, check: Callable[[], None]) -> None:
    machine.links.append({"ifname": "slipway0", "address": "aa:bb:cc:dd:ee:ff"})
    with pytest.raises(SandboxError, match=r"slipway0 is not ours: .*`ip link delete slipway0`"):
        check()


def test_the_bridge_of_another_sandbox_is_told_with_the_command_that_takes_it_down(
    machine: Machine, check: Callable[[], None]
) -> None:
    alias = "slipway sandbox /else where/cluster"
    machine.links.append({"ifname": "slipway0", "address": "02:51:00:00:00:00", "ifalias": alias})
    with pytest.raises(SandboxError, match=r"`SLIPWAY_STATE='/else where' \S+ -m sandbox down`"):
        check()


def test_an_overlapping_network_is_named(machine: Machine, check: Callable[[], None]) -> None:
    machine.addresses.append({"ifname": "cni0", "addr_info": [{"local": "10.244.3.1", "prefixlen": 16}]})
    with pytest.raises(SandboxError, match=r"the network 10\.244\.0\.0/16 of cni0 overlaps"):
        check()


@pytest.mark.parametrize("to", ["10.96.0.0/16", "10.96.0.10", "10.244.0.0/24", "10.0.0.0/8", "0.0.0.0/2"])
def test_a_route_that_overlaps_is_named_instead_of_replaced(
    machine: Machine, check: Callable[[], None], to: str
) -> None:
    machine.routes.append({"dst": to, "dev": "wg0"})
    with pytest.raises(SandboxError, match=rf"the route to {re.escape(to)}\S* of wg0 overlaps"):
        check()


@pytest.mark.parametrize(
    "route",
    [
        {"dst": "0.0.0.0/1", "dev": "tun0"},
        {"dst": "10.96.0.0/16", "dev": "slipway0"},
        {"dst": "10.97.0.0/16", "dev": "wg0"},
        {"type": "blackhole", "dst": "198.51.100.0/24"},
    ],
)
def test_default_routes_our_own_and_those_elsewhere_are_not_in_the_way(
    machine: Machine, check: Callable[[], None], route: dict[str, str]
) -> None:
    machine.routes.append(route)

    check()


def test_a_failing_program_is_reported_in_one_line() -> None:
    with pytest.raises(SandboxError, match=r"`sh -c echo first; echo last; exit 1` failed: last"):
        commands.run(["sh", "-c", "echo first; echo last; exit 1"])
