"""The sandbox that runs: what people and programs may count on."""

import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Generator
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from sandbox import driver, probes
from sandbox import state as states
from sandbox.driver import Access
from sandbox.kubernetes import addresses, namespace, processes
from sandbox.kubernetes.layout import Layout
from sandbox.state import State
from sandbox.toolchain import images
from tests.sandbox import leftovers
from tests.sandbox.aws.running import client
from tests.sandbox.commands import kubectl, sandbox

pytestmark = pytest.mark.cluster

PREFIX = "sandbox-test"
ANOTHER_NETWORK = "203.0.113.1"  # reserved for documentation (RFC 5737): nobody is there
GET = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=30).status)"
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def state() -> State:
    return states.default()


@pytest.fixture(scope="module")
def access(state: State) -> Access:
    return driver.access(state)


def pids() -> dict[str, int]:
    return {part["name"]: part["pid"] for part in json.loads(sandbox("status", "--json")) if part["pid"]}


def pod(name: str, image: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "web",
                    "image": image,
                    "command": ["python3", "-u", "-m", "http.server", "--directory", "/etc/ssl", "8080"],
                    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "32Mi"},
                        "limits": {"cpu": "500m", "memory": "128Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": True,
                    },
                }
            ],
        },
    }


def service(name: str, kind: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"{name}-{kind.lower()}"},
        "spec": {"type": kind, "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


class Pods:
    """Two pods, `one` and `two`, with services of their own, in a namespace under the restricted standard."""

    def __init__(self, state: State, namespace: str) -> None:
        self.state = state
        self.namespace = namespace

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        return kubectl(f"--namespace={self.namespace}", *arguments, given=given, state=self.state)

    def python(self, name: str, program: str, *arguments: str) -> str:
        return self.kubectl("exec", name, "--", "python3", "-c", program, *arguments).strip()

    def node_port(self) -> int:
        return int(self.kubectl("get", "service", "one-nodeport", "--output=jsonpath={.spec.ports[0].nodePort}"))


@pytest.fixture(scope="module")
def pods(state: State) -> Generator[Pods]:
    present = kubectl("get", "namespaces", "--output=jsonpath={.items[*].metadata.name}").split()
    for left in leftovers.left(PREFIX, present):
        kubectl("delete", "namespace", left, "--wait=false")
    name = leftovers.name(PREFIX)
    image = images.references(state)["python"]
    kubectl("create", "namespace", name)
    try:
        kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
        both = Pods(state, name)
        items = [
            *(pod(one, image) for one in ("one", "two")),
            *(service(one, "ClusterIP") for one in ("one", "two", "none")),
            service("one", "NodePort"),
        ]
        both.kubectl("apply", "--filename=-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        both.kubectl("wait", "--for=condition=Ready", "pod/one", "pod/two", "--timeout=300s")
        while probes.answers(f"http://127.0.0.1:{both.node_port()}/"):  # kube-proxy writes its rules when it gets to it
            time.sleep(0.2)
        yield both
    finally:
        kubectl("delete", "namespace", name, "--wait=true", "--timeout=300s")


def test_nothing_of_ours_listens_beyond_loopback_and_the_bridge(state: State) -> None:
    ours = {f"pid={process.pid}," for process in processes.owned(state.cluster)}
    lines = subprocess.run(
        ["ss", "-H", "-l", "-n", "-p", "-t", "-u"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = {line.split()[4].rpartition(":")[0] for line in lines if any(pid in line for pid in ours)}

    bridge = {addresses.NODE_ADDRESS, addresses.AWS_ENDPOINT, addresses.POD_IDENTITY}
    assert bridge <= found
    for host in found - bridge:
        assert ipaddress.ip_address(host.strip("[]")).is_loopback


def test_the_machine_sees_no_mount_of_ours(state: State) -> None:
    mounts = Path("/proc/self/mounts").read_text()

    assert str(state.cluster) not in mounts
    assert namespace.member(Layout(state)) is not None


def test_a_pod_reaches_another_through_a_service_by_name(pods: Pods) -> None:
    assert pods.python("one", GET, "http://two-clusterip/") == "200"
    assert pods.python("one", GET, f"http://two-clusterip.{pods.namespace}.svc.cluster.local/") == "200"


def test_a_pod_reaches_itself_through_its_service(pods: Pods) -> None:
    assert pods.python("one", GET, "http://one-clusterip/") == "200"


def test_a_pod_reaches_the_s3_endpoint(pods: Pods, access: Access) -> None:
    assert pods.python("one", GET, f"{access.store}/") == "200"


@pytest.mark.parametrize("host", ["none-clusterip", ANOTHER_NETWORK])
def test_a_pod_is_refused_at_once_where_nobody_is(pods: Pods, host: str) -> None:
    assert pods.python("one", CONNECT, host, "80") == "ConnectionRefusedError"


def test_a_name_outside_the_cluster_is_unknown(pods: Pods) -> None:
    assert pods.python("one", CONNECT, "example.com", "80") == "gaierror"


def test_a_node_port_answers_on_loopback(pods: Pods) -> None:
    assert probes.answers(f"http://127.0.0.1:{pods.node_port()}/") is None


def test_a_node_port_answers_nowhere_else(pods: Pods) -> None:
    shown = subprocess.run(["ip", "-json", "-4", "address"], capture_output=True, text=True, check=True).stdout
    others = [
        address["local"]
        for interface in json.loads(shown)
        if interface["ifname"] != "lo"
        for address in interface["addr_info"]
    ]

    assert addresses.NODE_ADDRESS in others
    for host in others:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, pods.node_port()), timeout=5)


def test_logs_come_from_the_pod(pods: Pods) -> None:
    assert "Serving HTTP" in pods.kubectl("logs", "one")


def test_a_pod_in_the_machines_network_is_refused_in_a_restricted_namespace(pods: Pods) -> None:
    bad = pod("bad", "any")
    bad["spec"]["hostNetwork"] = True

    with pytest.raises(AssertionError, match="violates PodSecurity"):
        pods.kubectl("apply", "--filename=-", given=json.dumps(bad))


def test_the_api_server_knows_nobody_without_a_certificate(state: State) -> None:
    context = ssl.create_default_context(cafile=Layout(state).pki / "ca.crt")
    connection = HTTPSConnection(addresses.NODE_ADDRESS, addresses.API_PORT, context=context, timeout=5)
    with closing(connection):
        connection.request("GET", "/api")
        assert connection.getresponse().status == HTTPStatus.UNAUTHORIZED


def test_the_kubelet_may_not_touch_other_nodes(state: State) -> None:
    kubelet = Layout(state).config / "kubelet.kubeconfig"
    answer = subprocess.run(
        [str(state.bin / "kubectl"), f"--kubeconfig={kubelet}", "label", "node", "other", "a=b"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "forbidden" in answer.stderr.lower()


def test_autoscalers_have_measurements(state: State) -> None:
    kubectl("wait", "--for=condition=Available", "apiservice/v1beta1.metrics.k8s.io", "--timeout=60s")
    measured = json.loads(kubectl("get", "--raw", "/apis/metrics.k8s.io/v1beta1/nodes/sandbox"))

    assert measured["usage"]["cpu"]


def test_up_again_changes_nothing() -> None:
    before = pids()

    sandbox("up")

    assert pids() == before


def test_a_killed_component_comes_back_and_the_others_stay(state: State) -> None:
    before = pids()
    os.kill(before["kube-scheduler"], signal.SIGKILL)

    sandbox("up")

    after = pids()
    assert after.pop("kube-scheduler") != before.pop("kube-scheduler")
    assert after == before


def test_what_the_s3_endpoint_holds_outlasts_its_end(access: Access) -> None:
    s3 = client(access.store, "s3")
    s3.create_bucket(Bucket="outlasts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    try:
        s3.put_object(Bucket="outlasts", Key="object", Body=b"whole")
        os.kill(pids()["s3"], signal.SIGKILL)

        sandbox("up")

        assert s3.get_object(Bucket="outlasts", Key="object")["Body"].read() == b"whole"
    finally:
        s3.delete_object(Bucket="outlasts", Key="object")
        s3.delete_bucket(Bucket="outlasts")


def test_the_kubeconfig_driver_works_on_a_cluster_that_exists(state: State, access: Access, tmp_path: Path) -> None:
    for built in ("bin", "images"):
        (tmp_path / built).symlink_to(state.root / built)
    given = json.loads(
        sandbox(
            "up",
            "--json",
            "--driver=kubeconfig",
            f"--kubeconfig={state.kubeconfig}",
            f"--registry={access.registry}",
            f"--s3={access.store}",
            root=tmp_path,
        )
    )

    assert given["identifier"] == access.identifier
    assert all(part["trouble"] is None for part in json.loads(sandbox("status", "--json", root=tmp_path)))
    assert kubectl("get", "node", "sandbox", "--output=name", state=State(tmp_path)) == "node/sandbox\n"

    sandbox("down", root=tmp_path)

    assert not (tmp_path / "cluster").exists()
    assert kubectl("get", "node", "sandbox", "--output=name") == "node/sandbox\n"
