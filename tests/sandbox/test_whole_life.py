"""A sandbox from nothing to nothing, through everything that goes wrong, beside the one that people use."""

import pytest

from sandbox.kubernetes import addresses, cgroups
from tests.sandbox.isolation import HERE, Isolated
from tests.sandbox.surroundings import everything, live_beside, reached, serving

pytestmark = pytest.mark.life


def test_a_sandbox_comes_survives_and_leaves_everything_as_it_was(isolated: Isolated) -> None:
    live_beside(isolated)
    before = everything(isolated)

    isolated.up()
    isolated.kubectl("create", "configmap", "kept", "--from-literal=a=b")

    # Its processes are killed; its interfaces and rules stay, and so does what its pods ran.
    isolated.kill_all_but_pods()
    assert isolated.status()["etcd"]["trouble"] == "not running"
    assert (orphans := cgroups.members(isolated.group))
    isolated.up()
    assert not orphans & cgroups.members(isolated.group)

    # Its interface is removed, too.
    isolated.kill_everything()
    isolated.run("ip", "link", "delete", addresses.BRIDGE)
    isolated.up()

    # A reboot: nothing is left.
    isolated.kill_everything()
    isolated.renew()
    live_beside(isolated)
    isolated.up()
    assert isolated.kubectl("get", "configmap", "kept", "--output=jsonpath={.data.a}") == "b"

    isolated.sandbox("down")
    assert everything(isolated) == before
    assert not isolated.state.cluster.exists()
    isolated.sandbox("down")


def test_an_up_or_a_down_that_is_killed_is_finished_by_the_next_of_either(isolated: Isolated) -> None:
    before = everything(isolated)
    for seconds in (1, 4, 9):
        isolated.cut_off("up", after=seconds)
    isolated.up()

    for seconds in (0.7, 0.9, 1.1, 1.3, 1.6):
        isolated.cut_off("down", after=seconds)
    isolated.up()  # with its data or as a new one, but not as half of the old

    isolated.cut_off("down", after=1)
    isolated.sandbox("down")
    assert everything(isolated) == before
    assert not list(isolated.state.root.glob(".gone-*"))

    isolated.cut_off("up", after=6)
    isolated.sandbox("down")
    assert everything(isolated) == before


def test_a_neighbour_on_the_network_reaches_nothing(isolated: Isolated, neighbour: Isolated) -> None:
    isolated.up()
    isolated.kubectl(
        *("--namespace=kube-system", "expose", "deployment", "coredns", "--name=seen", "--type=NodePort"),
        *("--port=53", "--protocol=TCP"),
    )
    of_service = ("--namespace=kube-system", "get", "service", "seen")
    node_port = int(isolated.kubectl(*of_service, "--output=jsonpath={.spec.ports[0].nodePort}"))
    service = isolated.kubectl(*of_service, "--output=jsonpath={.spec.clusterIP}")
    of_pods = ("--namespace=kube-system", "get", "pods", "--selector=k8s-app=kube-dns")
    pod = isolated.kubectl(*of_pods, "--output=jsonpath={.items[0].status.podIP}")
    here = [
        ("127.0.0.1", node_port),
        ("127.0.0.1", addresses.REGISTRY_PORT),
        (addresses.NODE_ADDRESS, addresses.API_PORT),
        (addresses.NODE_ADDRESS, addresses.S3_PORT),
        (service, 53),
        (pod, 53),
    ]
    while reached(isolated, here) != set(here):  # kube-proxy writes its rules when it gets to it
        pass

    with serving(isolated, HERE) as open_port:
        wire = (HERE, open_port)  # that one is there shows that it reaches what it may
        assert reached(neighbour, [wire, *here, (HERE, node_port), (addresses.NODE_ADDRESS, node_port)]) == {wire}


def test_a_component_that_cannot_start_is_named_with_its_last_words(isolated: Isolated) -> None:
    data = isolated.state.cluster / "etcd"
    data.parent.mkdir(parents=True)
    data.write_text("not a folder")

    refused = isolated.sandbox("up", check=False)

    assert "error: etcd ended: see `python -m sandbox logs etcd`" in refused.stderr
    assert "not a directory" in refused.stderr
