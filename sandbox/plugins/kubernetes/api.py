"""Requests to the API server: objects in and out as plain dictionaries, errors with the server's own words."""

import json
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from sandbox.plugins.kubernetes.discovery import Discovery, Endpoint
from sandbox.plugins.kubernetes.errors import ApiError, Unreachable
from sandbox.plugins.kubernetes.kubeconfig import Cluster
from sandbox.plugins.kubernetes.objects import Object, entries, is_map, kind_of, name_of, namespace_of

CONNECTIONS: Final = 64  # as many as the plugin has worker threads
TIMEOUT: Final = urllib3.Timeout(connect=10, read=70)  # seconds; the API server itself gives up after 60
# What the server did not take (no connection, 429 or 503 with Retry-After) may be sent again, a read always.
RETRIES: Final = urllib3.Retry(
    connect=3, read=0, redirect=0, status=5, other=0, backoff_factor=0.2, allowed_methods=None
)
READ_RETRIES: Final = RETRIES.new(read=3)


class PatchType(StrEnum):
    """Content types of a PATCH."""

    APPLY = "application/apply-patch+yaml"
    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"


class Reason(StrEnum):
    """The API server's `reason` of the errors that we tell apart."""

    ALREADY_EXISTS = "AlreadyExists"
    CONFLICT = "Conflict"
    FORBIDDEN = "Forbidden"
    INVALID = "Invalid"
    NOT_FOUND = "NotFound"


class Api:
    """One cluster. Safe for use from many threads."""

    def __init__(self, cluster: Cluster) -> None:
        self._server = cluster.server
        self._headers = {**cluster.headers, "Accept": "application/json", "User-Agent": "pulumi-kubernetes"}
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=CONNECTIONS, ssl_context=cluster.tls, timeout=TIMEOUT)
        self.discovery = Discovery(lambda path: self.request("GET", path))

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", **query: str
    ) -> Object:
        """The decoded answer to one request.

        Raises:
            ApiError: the server refused it.
            Unreachable: no answer.
        """
        url = f"{self._server}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self._pool.request(
                method,
                url,
                body=None if body is None else json.dumps(body).encode(),
                headers={**self._headers, "Content-Type": content_type},
                retries=READ_RETRIES if method == "GET" else RETRIES,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"{method} {self._server}{path}: {error}") from error
        try:
            decoded: Any = json.loads(answer.data or b"{}")
        except ValueError:
            decoded = {"message": answer.data.decode(errors="replace")[:500]}
        if answer.status >= 400:  # noqa: PLR2004 (where errors begin in HTTP)
            raise ApiError(answer.status, decoded if is_map(decoded) else {})
        return decoded

    def endpoint(self, obj: Object) -> Endpoint:
        """Where objects of this type live.

        Raises:
            NoMatch: the server knows no such type.
        """
        return self.discovery.endpoint(kind_of(obj))

    def get(self, obj: Object, name: str = "") -> Object:
        """The live object that has the type, namespace and name of `obj`."""
        return self.request("GET", self._path(obj, name or name_of(obj)))

    def list(self, like: Object, selector: str = "", fields: str = "") -> list[Object]:
        """Objects of the type and namespace of `like`, by label and field selector."""
        query = {"labelSelector": selector, "fieldSelector": fields}
        found = self.request("GET", self._path(like), **{key: value for key, value in query.items() if value})
        kinds = {"apiVersion": like["apiVersion"], "kind": like["kind"]}
        return [{**kinds, **item} for item in entries(found, "items")]

    def create(self, obj: Object, **query: str) -> Object:
        """POST an object."""
        return self.request("POST", self._path(obj), self._body(obj), **query)

    def replace(self, obj: Object, **query: str) -> Object:
        """PUT an object over the live one."""
        return self.request("PUT", self._path(obj, name_of(obj)), self._body(obj), **query)

    def patch(self, obj: Object, body: Any, kind: PatchType, **query: str) -> Object:
        """PATCH the live object that has the type, namespace and name of `obj`."""
        return self.request("PATCH", self._path(obj, name_of(obj)), body, kind, **query)

    def apply(self, obj: Object, manager: str, *, force: bool, **query: str) -> Object:
        """Server-side apply."""
        wanted = {"fieldManager": manager, "force": str(force).lower(), **query}
        return self.patch(obj, self._body(obj), PatchType.APPLY, **wanted)

    def delete(self, obj: Object, name: str, propagation: str) -> Object:
        """DELETE the live object."""
        return self.request("DELETE", self._path(obj, name), {"propagationPolicy": propagation})

    def _path(self, obj: Object, name: str = "") -> str:
        return self.endpoint(obj).path(namespace_of(obj), name)

    def _body(self, obj: Object) -> Object:
        if self.endpoint(obj).namespaced or not namespace_of(obj):
            return obj
        # A namespace that was guessed before the type was known: the server would refuse it.
        return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "namespace"}}
