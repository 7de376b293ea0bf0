"""Every network policy that the programs declare, in the sandbox that runs: what they allow passes, and nothing else.

The policies and the labels of the pods are the programs' own; the namespaces have names of this test's, and in the pods
runs a server that knows no better than to answer.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pytest

from infra.shared import network
from sandbox import probes
from sandbox import state as states
from sandbox.kubernetes import addresses
from sandbox.state import State
from sandbox.toolchain import images
from tests.infra import stacks
from tests.infra.values import Object
from tests.sandbox import leftovers
from tests.sandbox.commands import kubectl, sandbox

pytestmark = pytest.mark.cluster

PREFIX: Final = "policies-test"
ATTEMPTS: Final = 4
NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
SERVES: Final = "serves"  # label of the pods with a server

GATEWAY: Final = "traefik"
ROLLOUTS: Final = "argo-rollouts"
OPERATOR: Final = "prometheus-operator"
PROMETHEUS: Final = "prometheus"
ALERTMANAGER: Final = "alertmanager"
AUTOSCALER: Final = "keda-operator"
METRICS_API: Final = "keda-metrics-apiserver"
MODEL_SERVER: Final = "maintenance-predictor"
VERIFICATION: Final = "maintenance-predictor-verify"
STRANGER: Final = "stranger"  # in the models' namespace, with no label that a policy names
OUTSIDER: Final = "outsider"  # in a namespace without policies
NEIGHBOUR: Final = "neighbour"  # in Prometheus' namespace, without its labels
IMPOSTOR: Final = "impostor"  # with Prometheus' labels, in another namespace
UNGUARDED: Final = {OUTSIDER, IMPOSTOR}

OPEN: Final = 8000  # where the programs' pods take requests; a test below sees that they do
MONITORING: Final = network.MONITORING_PORT  # where model servers tell how they are
FIGURES: Final = 8080  # where most others do
ROLLOUTS_FIGURES: Final = 8090
QUERIES: Final = 9090
ALERTS: Final = 9093
SCALING: Final = 9666
CLOSED: Final = 8088  # no policy names it, and the node's probes use it
PORTS: Final = (OPEN, MONITORING, FIGURES, ROLLOUTS_FIGURES, QUERIES, ALERTS, SCALING, CLOSED)

API: Final = ("TCP", addresses.NODE_ADDRESS, addresses.API_PORT)
API_SERVICE: Final = ("TCP", addresses.API_SERVICE, 443)
KUBELET: Final = ("TCP", addresses.NODE_ADDRESS, addresses.KUBELET_PORT)
S3: Final = ("TCP", addresses.NODE_ADDRESS, addresses.S3_PORT)
DNS: Final = {("UDP", addresses.DNS_SERVICE, 53), ("TCP", addresses.DNS_SERVICE, 53)}
NODE: Final = {API, API_SERVICE, KUBELET, S3, *DNS}

Target = tuple[str, str, int]

SERVER: Final = """
import sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

class Server(ThreadingHTTPServer):
    address_family = AF_INET6  # takes IPv4 as well

servers = [Server(("::", int(port)), Handler) for port in sys.argv[1:]]
threads = [threading.Thread(target=server.serve_forever) for server in servers]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""

# Tells of each target how often it answered, refused and was silent. What should answer gets time; what should be
# silent would answer within milliseconds.
ATTEMPT: Final = """
import json, socket, sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

given = json.loads(sys.argv[1])
# A question for the address of localhost. (RFC 1035, section 4)
question = bytes.fromhex("0001 0100 0001 0000 0000 0000 09") + b"localhost" + bytes.fromhex("00 0001 0001")

def attempt(target):
    protocol, host, port, patience = target
    try:
        if protocol == "TCP":
            socket.create_connection((host, port), timeout=patience).close()
        else:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.settimeout(1)
                asking.connect((host, port))
                for left in reversed(range(patience)):
                    # As resolvers do: nobody sends a datagram again that was lost in a rush, as the kernel does a SYN.
                    asking.send(question)
                    try:
                        asking.recv(512)
                        break
                    except TimeoutError:
                        if not left:
                            raise
    except TimeoutError:
        return "silent"
    except OSError as error:
        return f"refused ({error})"
    return "answered"

every = [target for target in given["targets"] for _ in range(given["attempts"])]
with ThreadPoolExecutor(len(every)) as pool:
    outcomes = list(pool.map(attempt, every))
told = [Counter() for _ in given["targets"]]
for at, outcome in enumerate(outcomes):
    told[at // given["attempts"]][outcome] += 1
print(json.dumps(told))
"""

# Holds one connection: asks, waits for a line, and asks again over the same one.
HOLD: Final = """
import sys
from http.client import HTTPConnection

connection = HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=30)
connection.connect()
connection.auto_open = 0
for _ in range(2):
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    print(answer.status, flush=True)
    sys.stdin.readline()
"""


def status() -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "status", "--json"], capture_output=True, text=True, check=False
    )
    return {part["name"]: part for part in json.loads(done.stdout)}


def declared(kind: str) -> list[Object]:
    """What both programs declare of a kind."""
    return [one.inputs for recording in (stacks.platform(), stacks.serving()) for one in recording.of(kind)]


def workloads() -> dict[str, Object]:
    """Everything that has pods, by name."""
    found = {one["metadata"]["name"]: one for one in declared("Deployment")}
    (job,) = declared("Job")
    return {**found, VERIFICATION: job}


def operated(kind: str) -> Object:
    """What the program declares of a kind of the Prometheus operator, which makes its pods."""
    (found,) = declared(kind)
    return found


def labels_of(name: str) -> dict[str, str]:
    """What the program gives its pods, or has them given; none to those that it doesn't know."""
    if name in {PROMETHEUS, IMPOSTOR, ALERTMANAGER}:
        kind = "Alertmanager" if name == ALERTMANAGER else "Prometheus"
        return operated(kind)["spec"]["podMetadata"]["labels"]
    return workloads()[name]["spec"]["template"]["metadata"]["labels"] if name in workloads() else {}


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same with other names of namespaces, and numbers as Kubernetes takes them."""
    match value:
        case dict():
            return {
                key: names.get(inner, inner) if key in {"namespace", NAMESPACE_NAME} else renamed(inner, names)
                for key, inner in cast("Object", value).items()
            }
        case list():
            return [renamed(inner, names) for inner in cast("list[Any]", value)]
        case float():
            return int(value)
        case _:
            return value


def pod(name: str, namespace: str, labels: Mapping[str, str], image: str, command: Sequence[str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "restartPolicy": "Never",
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "python",
                    "image": image,
                    "command": ["python3", "-u", "-c", *command],
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


@dataclass(frozen=True)
class Pods:
    """A pod like each of the programs', and those that they don't make.

    Attributes:
        image: what runs in them.
        namespaces: of each.
        addresses: of each.
        service: address of one for the model server's pod.
    """

    image: str
    namespaces: Mapping[str, str]
    addresses: Mapping[str, str]
    service: str

    def at(self, name: str, port: int = OPEN) -> Target:
        return ("TCP", self.addresses[name], port)

    def all(self, source: str) -> set[Target]:
        """Everything that somebody could want to reach from there."""
        others = {self.at(name, port) for name in self.addresses if name != source for port in PORTS}
        return others | NODE | ({("TCP", self.service, OPEN)} if source != MODEL_SERVER else set())

    def allowed(self, source: str) -> set[Target]:
        """What the policies allow from there."""
        api = {API, API_SERVICE}
        monitoring = self.at(MODEL_SERVER, MONITORING)
        figures = {self.at(name, FIGURES) for name in (GATEWAY, OPERATOR, AUTOSCALER, METRICS_API)}
        # Nobody guards what they send, but of those that are guarded the gateway alone takes from everyone.
        among = {self.at(name, port) for name in UNGUARDED - {source} for port in PORTS}
        unguarded = {*NODE, *among, self.at(GATEWAY)}
        return {
            GATEWAY: {*DNS, *api, self.at(MODEL_SERVER), ("TCP", self.service, OPEN)},
            ROLLOUTS: {*DNS, *api},
            OPERATOR: {*DNS, *api},
            PROMETHEUS: {
                *(*DNS, *api, KUBELET, monitoring, *figures),
                self.at(ROLLOUTS, ROLLOUTS_FIGURES),
                self.at(ALERTMANAGER, ALERTS),
            },
            ALERTMANAGER: DNS,  # it has nobody to tell
            AUTOSCALER: {*DNS, *api, self.at(PROMETHEUS, QUERIES)},
            METRICS_API: {*DNS, *api, self.at(AUTOSCALER, SCALING)},
            MODEL_SERVER: {*DNS, S3},
            VERIFICATION: {*DNS, *api, monitoring, self.at(GATEWAY)},
            STRANGER: DNS,
            NEIGHBOUR: DNS,
            OUTSIDER: unguarded,
            IMPOSTOR: unguarded,
        }[source]

    def attempt(self, source: str, targets: Sequence[Target], answering: set[Target]) -> dict[Target, dict[str, int]]:
        """How often each answers, refuses or is silent to the pod `source`."""
        told = kubectl(
            *(f"--namespace={self.namespaces[source]}", "exec", source, "--"),
            *("python3", "-c", ATTEMPT, asked(targets, answering)),
        )
        return dict(zip(targets, json.loads(told), strict=True))


def asked(targets: Sequence[Target], answering: set[Target]) -> str:
    return json.dumps({"attempts": ATTEMPTS, "targets": [(*one, 30 if one in answering else 3) for one in targets]})


def expected(targets: Sequence[Target], answering: set[Target]) -> dict[Target, dict[str, int]]:
    return {one: {"answered" if one in answering else "silent": ATTEMPTS} for one in targets}


def ready(one: dict[str, Any]) -> bool:
    return any(it["type"] == "Ready" and it["status"] == "True" for it in one["status"]["conditions"])


@pytest.fixture(scope="module")
def state() -> State:
    return states.default()


@pytest.fixture(scope="module")
def pods(state: State) -> Generator[Pods]:
    present = kubectl("get", "namespaces", "--output=jsonpath={.items[*].metadata.name}").split()
    stale = {one.rpartition("--")[0] for one in present}
    dead = leftovers.left(PREFIX, stale)
    for namespace in present:
        if namespace.rpartition("--")[0] in dead:
            kubectl("delete", "namespace", namespace, "--wait=false")
    prefix = leftovers.name(PREFIX)
    guarded = [one["metadata"]["name"] for one in declared("Namespace")]
    names = {one: f"{prefix}--{one}" for one in (*guarded, OUTSIDER)}
    image = images.references(state)["python"]
    serving = workloads()[MODEL_SERVER]["metadata"]["namespace"]
    places = {name: names[one["metadata"]["namespace"]] for name, one in workloads().items()}
    places |= {STRANGER: names[serving], OUTSIDER: names[OUTSIDER], IMPOSTOR: names[OUTSIDER]}
    monitoring = names[operated("Prometheus")["metadata"]["namespace"]]
    places |= dict.fromkeys((PROMETHEUS, ALERTMANAGER, NEIGHBOUR), monitoring)
    every: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names.values()
    ]
    every += [
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", **renamed(one, names)}
        for one in declared("NetworkPolicy")
    ]
    for name, namespace in places.items():
        labels = {**labels_of(name), SERVES: name}
        one = pod(name, namespace, labels, image, [SERVER, *map(str, PORTS)])
        one["spec"]["containers"][0]["readinessProbe"] = {
            "httpGet": {"path": "/", "port": CLOSED},
            "periodSeconds": 1,
            "failureThreshold": 1,
        }
        every.append(one)
    every.append(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "service", "namespace": names[serving]},
            "spec": {"selector": {SERVES: MODEL_SERVER}, "ports": [{"port": OPEN}]},
        }
    )
    try:
        kubectl("apply", "--filename=-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": every}))
        for name, namespace in places.items():
            kubectl(f"--namespace={namespace}", "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=300s")
        service = kubectl(
            f"--namespace={names[serving]}", "get", "service", "service", "--output=jsonpath={.spec.clusterIP}"
        )
        while probes.answers(f"http://{service}:{OPEN}/"):  # kube-proxy writes its rules when it gets to it
            time.sleep(0.2)
        found = {name: shown(name, namespace)["status"]["podIP"] for name, namespace in places.items()}
        yield Pods(image=image, namespaces=places, addresses=found, service=service)
    finally:
        kubectl("delete", "namespace", *names.values(), "--ignore-not-found", "--timeout=300s")


def shown(name: str, namespace: str) -> dict[str, Any]:
    return json.loads(kubectl(f"--namespace={namespace}", "get", "pod", name, "--output=json"))


def test_every_pod_of_the_programs_is_tried() -> None:
    assert set(workloads()) == {GATEWAY, ROLLOUTS, OPERATOR, AUTOSCALER, METRICS_API, MODEL_SERVER, VERIFICATION}


def test_the_judge_runs_and_works() -> None:
    assert status()["network-policies"]["trouble"] is None


@pytest.mark.parametrize(
    "source",
    [
        *(GATEWAY, ROLLOUTS, MODEL_SERVER, VERIFICATION),
        *(OPERATOR, PROMETHEUS, ALERTMANAGER, AUTOSCALER, METRICS_API),
        *(STRANGER, NEIGHBOUR, OUTSIDER, IMPOSTOR),
    ],
)
def test_a_pod_reaches_what_its_policies_allow_and_nothing_else(pods: Pods, source: str) -> None:
    targets = sorted(pods.all(source))
    allowed = pods.allowed(source)
    assert allowed <= set(targets)

    assert pods.attempt(source, targets, allowed) == expected(targets, allowed)


def test_the_node_reaches_every_pod_whatever_the_policies(pods: Pods) -> None:
    for name, address in pods.addresses.items():
        assert ready(shown(name, pods.namespaces[name])), name
        for port in (MONITORING, CLOSED):
            for _ in range(ATTEMPTS):
                assert probes.answers(f"http://{address}:{port}/") is None


def test_a_pod_can_do_no_more_in_its_first_moments(pods: Pods) -> None:
    targets = [S3, *sorted({*pods.all(MODEL_SERVER), pods.at(MODEL_SERVER)} - pods.allowed(MODEL_SERVER))]
    namespace = pods.namespaces[MODEL_SERVER]
    early = pod("early", namespace, labels_of(MODEL_SERVER), pods.image, [ATTEMPT, asked(targets, {S3})])
    kubectl("apply", "--filename=-", given=json.dumps(early))

    kubectl(
        f"--namespace={namespace}", "wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/early", "--timeout=120s"
    )

    told = json.loads(kubectl(f"--namespace={namespace}", "logs", "early"))
    assert dict(zip(targets, told, strict=True)) == expected(targets, {S3})


def test_pods_do_not_speak_in_a_protocol_that_nobody_judges(pods: Pods) -> None:
    def run(name: str, program: str, *arguments: str) -> str:
        return kubectl(
            *(f"--namespace={pods.namespaces[name]}", "exec", name, "--"), "python3", "-c", program, *arguments
        )

    lines = [line.split() for line in run(MODEL_SERVER, "print(open('/proc/net/if_inet6').read())").splitlines()]
    (address,) = [":".join(line[0][at : at + 4] for at in range(0, 32, 4)) for line in lines if "eth0" in line]
    targets = [("TCP", f"{address}%eth0", OPEN)]

    assert pods.attempt(OUTSIDER, targets, set()) == expected(targets, set())


def test_without_the_judge_nothing_opens_and_what_is_open_goes_on_until_it_is_back(pods: Pods, state: State) -> None:
    targets = sorted(pods.allowed(GATEWAY))
    place = ("--namespace=" + pods.namespaces[GATEWAY], "exec", "--stdin", GATEWAY, "--")
    command = [str(state.bin / "kubectl"), f"--kubeconfig={state.kubeconfig}", *place]
    with subprocess.Popen(
        [*command, "python3", "-c", HOLD, pods.addresses[MODEL_SERVER], str(OPEN)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as held:
        assert held.stdin
        assert held.stdout
        assert held.stdout.readline() == "200\n"
        os.kill(status()["network-policies"]["pid"], signal.SIGKILL)
        try:
            assert pods.attempt(GATEWAY, targets, set()) == expected(targets, set())
            held.stdin.write("\n")
            held.stdin.flush()
            assert held.stdout.readline() == "200\n"
            assert status()["network-policies"]["trouble"] == "not running"
            for name, namespace in pods.namespaces.items():  # their probes run every second
                assert ready(shown(name, namespace)), name
        finally:
            held.kill()
            sandbox("up")

    assert pods.attempt(GATEWAY, targets, set(targets)) == expected(targets, set(targets))
    assert status()["network-policies"]["trouble"] is None
