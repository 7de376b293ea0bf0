"""How the sandbox is: its processes, and what works inside the cluster."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sandbox import probes
from sandbox.api import Api
from sandbox.driver import Part
from sandbox.errors import SandboxError
from sandbox.kubernetes import addresses, processes
from sandbox.kubernetes.addons import coredns, metrics_server, workload
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout

NODE: Final = "node"
API_SERVICE_NAME: Final = f"kubernetes.default.svc.{addresses.DNS_DOMAIN}"
LEASE: Final = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{addresses.NODE}"
MEASURED: Final = f"/apis/metrics.k8s.io/v1beta1/nodes/{addresses.NODE}"


@dataclass(frozen=True)
class Question:
    """Whether something inside the cluster works.

    Attributes:
        name: of the part.
        estimate: seconds that it takes after the start of a fresh cluster, on the reference machine.
        probe: answers with the reason why not, or None.
    """

    name: str
    estimate: float
    probe: Callable[[], str | None]


def questions(layout: Layout, api: Api) -> tuple[Question, ...]:
    """What has to work inside the cluster.

    What the API server remembers from before everything was killed counts for nothing, so each question needs
    something that is true now: a sign of life of this kubelet, a name resolved, a measurement.
    """
    deployment = f"/apis/apps/v1/namespaces/{workload.NAMESPACE}/deployments/{coredns.NAME}"

    def node_lives() -> str | None:
        return _condition(api, f"/api/v1/nodes/{addresses.NODE}", "Ready") or _silent(layout, api)

    def names_resolve() -> str | None:
        # Asked at the service's address: that kube-proxy works is seen here too.
        return _condition(api, deployment, "Available") or probes.resolves(addresses.DNS_SERVICE, API_SERVICE_NAME)

    return (
        Question(NODE, 1, node_lives),
        Question(coredns.NAME, 5, names_resolve),
        Question(metrics_server.NAME, 15, partial(_missing, api, MEASURED, "no measurement of the node yet")),
    )


def look(layout: Layout, components: Iterable[Component]) -> list[Part]:
    """Look at every component, and at what works inside the cluster."""
    found = {one.component: one for one in processes.owned(layout.cluster) if one.leader}
    parts: list[Part] = []
    for component in components:
        process = found.get(component.name)
        listens = addresses.ENDPOINTS.get(component.name)
        parts.append(
            Part(
                name=component.name,
                trouble=component.probe() if process else "not running",
                address=str(listens[0]) if listens else str(layout.containerd_socket),
                pid=process.pid if process else None,
                since=process.started if process else None,
                note=_note(layout, component.name),
            )
        )
    return parts + _inside(layout)


def log(layout: Layout, name: str) -> Path:
    """The log file of a component, or the newest of an add-on's pod.

    Raises:
        SandboxError: there is none.
    """
    file = layout.log_of("kubelet" if name == NODE else name)
    if file.exists():
        return file
    pods = layout.log.glob(f"pods/{workload.NAMESPACE}_{name}-*/{name}/*.log")
    newest = max(pods, key=lambda one: one.stat().st_mtime, default=None)
    if newest is None:
        known = ", ".join(sorted([*(one.stem for one in layout.log.glob("*.log")), coredns.NAME, metrics_server.NAME]))
        raise SandboxError(f"there is no log of {name}: give one of {known}")
    return newest


def _inside(layout: Layout) -> list[Part]:
    places = {NODE: addresses.NODE_ADDRESS, coredns.NAME: f"{addresses.DNS_SERVICE}:53"}
    kubeconfig = layout.state.kubeconfig
    if not kubeconfig.exists():
        names = (NODE, coredns.NAME, metrics_server.NAME)
        return [Part(name=name, trouble="not running") for name in names]
    api = Api(kubeconfig)
    try:
        return [
            Part(
                name=question.name,
                trouble=question.probe(),
                address=places.get(question.name, ""),
            )
            for question in questions(layout, api)
        ]
    finally:
        api.close()


def _note(layout: Layout, component: str) -> str:
    """What people should know of a component that works."""
    unreadable = layout.aws / "snapshot.unreadable"
    if component == "s3" and unreadable.exists():
        return f"a snapshot was unreadable, so the one before it serves and one change is lost: remove {unreadable}"
    return ""


def _silent(layout: Layout, api: Api) -> str | None:
    kubelet = processes.component(layout.cluster, "kubelet")
    if kubelet is None:
        return "the kubelet is not running"
    lease = api.get(LEASE)
    # Times of the process table are exact to a second or so.
    if lease and datetime.fromisoformat(lease["spec"]["renewTime"]).timestamp() >= kubelet.started - 1:
        return None
    return "the kubelet has not reported since its start"


def _missing(api: Api, path: str, otherwise: str) -> str | None:
    try:
        return None if api.get(path) else otherwise
    except SandboxError as error:
        return str(error)


def _condition(api: Api, path: str, wanted: str) -> str | None:
    what = "/".join(path.split("/")[-2:])
    try:
        found = api.get(path)
    except SandboxError as error:
        return str(error)
    conditions: list[dict[str, Any]] = (found or {}).get("status", {}).get("conditions", [])
    condition = next((one for one in conditions if one["type"] == wanted), None)
    if condition is None:
        return f"{what} has not reported yet"
    return None if condition["status"] == "True" else f"{what}: {condition.get('message') or condition['reason']}"
