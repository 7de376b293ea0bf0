"""A sandbox from nothing to nothing, through everything that goes wrong, beside the one that people use."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.embedded import cgroups, processes
from sandbox.embedded.layout import Layout
from tests.sandbox.isolation import Isolated

pytestmark = pytest.mark.life

SETTINGS = (
    "net.bridge.bridge-nf-call-iptables",
    "net.ipv4.conf.all.route_localnet",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.ip_forward",
)


def everything(isolated: Isolated) -> dict[str, str]:
    """What `down` has to leave as it was."""
    rules = "\n".join(isolated.run(f"{family}-save").stdout for family in ("iptables", "ip6tables"))
    return {
        "interfaces": isolated.run("ip", "-brief", "link").stdout,
        "routes": isolated.run("ip", "route").stdout,
        # Empty tables may stay: kernels make them when somebody looks.
        "rules": "\n".join(line for line in rules.splitlines() if line.startswith("-A") or " - [" in line),
        "settings": isolated.run("sysctl", *SETTINGS).stdout,
        "mounts": "\n".join(line for line in mounts() if str(isolated.state.root) in line),
        "control groups": "\n".join(map(str, groups(isolated))),
        "processes": "\n".join(map(str, processes.owned(isolated.state.cluster))),
        "links to logs": "\n".join(
            str(link)
            for link in Path("/var/log/containers").glob("*")
            if str(isolated.state.root) in str(link.readlink())
        ),
    }


def mounts() -> list[str]:
    return Path("/proc/self/mounts").read_text().splitlines()


def groups(isolated: Isolated) -> list[Path]:
    name = Layout(isolated.state).cgroup
    return [hierarchy / name for hierarchy in cgroups.hierarchies() if (hierarchy / name).exists()]


def kill_everything(isolated: Isolated) -> None:
    """What happens to processes when a machine stops, or a session ends: nobody is asked."""
    processes.end(isolated.state.cluster, processes.owned(isolated.state.cluster), grace=0)
    cgroups.kill(Layout(isolated.state).cgroup)


def test_a_sandbox_comes_survives_and_leaves_nothing(isolated: Isolated) -> None:
    before = everything(isolated)

    isolated.sandbox("up")
    assert {part["trouble"] for part in isolated.status().values()} == {None}
    isolated.kubectl("create", "configmap", "kept", "--from-literal=a=b")

    # Its processes are killed, its interfaces and rules stay.
    kill_everything(isolated)
    assert isolated.status()["etcd"]["trouble"] == "not running"
    isolated.sandbox("up")
    assert {part["trouble"] for part in isolated.status().values()} == {None}

    # A reboot: neither is left.
    kill_everything(isolated)
    isolated.renew()
    isolated.sandbox("up")
    assert {part["trouble"] for part in isolated.status().values()} == {None}
    assert isolated.kubectl("get", "configmap", "kept", "--output=jsonpath={.data.a}") == "b"

    isolated.sandbox("down")
    assert everything(isolated) == before
    assert not isolated.state.cluster.exists()
    isolated.sandbox("down")


def test_an_up_that_is_killed_is_finished_by_the_next_or_undone_by_down(isolated: Isolated) -> None:
    before = everything(isolated)
    for seconds in (1, 4, 9):
        with subprocess.Popen(
            isolated.inside(sys.executable, "-m", "sandbox", "up"), env=isolated.environment, stderr=subprocess.DEVNULL
        ) as run:
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(seconds)
            run.kill()

    isolated.sandbox("down")
    assert everything(isolated) == before

    isolated.sandbox("up")
    assert {part["trouble"] for part in isolated.status().values()} == {None}


def test_a_port_in_use_is_refused_before_anything_is_changed(isolated: Isolated) -> None:
    before = everything(isolated)
    with subprocess.Popen(
        isolated.inside(sys.executable, "-u", "-m", "http.server", "--bind=127.0.0.1", "2379"), stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()

        refused = isolated.sandbox("up", check=False)

        holder.kill()
    assert refused.returncode == 1
    assert f"port 2379 on 127.0.0.1, for etcd, is in use by python (pid {holder.pid})" in refused.stderr
    assert everything(isolated) == before
    assert not isolated.state.cluster.exists()


def test_another_kubernetes_and_its_rules_are_left_alone(isolated: Isolated) -> None:
    isolated.run("iptables", "-t", "nat", "-N", "KUBE-SERVICES")
    before = everything(isolated)

    refused = isolated.sandbox("up", check=False)

    assert "another Kubernetes" in refused.stderr
    isolated.sandbox("down")
    assert everything(isolated) == before


def test_a_component_that_cannot_start_is_named_with_its_last_words(isolated: Isolated) -> None:
    data = isolated.state.cluster / "etcd"
    data.parent.mkdir(parents=True)
    data.write_text("not a folder")

    refused = isolated.sandbox("up", check=False)

    assert "error: etcd ended: see `python -m sandbox logs etcd`" in refused.stderr
    assert "not a directory" in refused.stderr
