"""Services and Ingresses: live when traffic to them can arrive somewhere."""

from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State, live_when
from sandbox.plugins.kubernetes.errors import ApiError
from sandbox.plugins.kubernetes.objects import Object, at, entries, name_of, namespace_of


def _service(api: Api, live: Object) -> State:
    if at(live, "spec", "type") == "LoadBalancer" and not _addresses(live):
        return State.PENDING
    return live_when(not _has_endpoints(live) or not _unready(api, live))


def _has_endpoints(live: Object) -> bool:
    """Whether a controller fills the endpoints, so that they tell something."""
    spec: Object = at(live, "spec", default={})
    return bool(spec.get("selector")) and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None"


def _unready(api: Api, live: Object) -> list[str]:
    """Names of selected pods that take no traffic. None at all is fine: they may come later."""
    slices = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": namespace_of(live)},
    }
    return [
        at(endpoint, "targetRef", "name", default="?")
        for each in api.list(slices, f"kubernetes.io/service-name={name_of(live)}")
        for endpoint in entries(each, "endpoints")
        if at(endpoint, "conditions", "ready") is False and not at(endpoint, "conditions", "terminating")
    ]


def _service_reasons(api: Api, live: Object) -> list[str]:
    if at(live, "spec", "type") == "LoadBalancer" and not _addresses(live):
        return ["Service was not allocated an IP address; does your cloud provider support this?"]
    return [f"Service selects Pod {name!r}, which is not ready" for name in _unready(api, live)]


def _ingress(_api: Api, live: Object) -> State:
    return live_when(bool(_addresses(live)))


def _ingress_reasons(api: Api, live: Object) -> list[str]:
    lines = ["Ingress .status.loadBalancer field was not updated with a hostname/IP address; is a controller running?"]
    for name in sorted(_backends(live)):
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace_of(live), "name": name}}
        try:
            api.get(service)
        except ApiError as error:
            lines.append(f"Ingress refers to a service that cannot be read: {error}")
    return lines


def _backends(live: Object) -> set[str]:
    paths = [path for rule in entries(live, "spec", "rules") for path in entries(rule, "http", "paths")]
    backends = [at(live, "spec", "defaultBackend"), *(path.get("backend") for path in paths)]
    return {name for backend in backends if (name := at(backend, "service", "name"))}


def _addresses(live: Object) -> list[Object]:
    return entries(live, "status", "loadBalancer", "ingress")


SERVICE: Final = Awaiter(_service, _service_reasons)
INGRESS: Final = Awaiter(_ingress, _ingress_reasons)
