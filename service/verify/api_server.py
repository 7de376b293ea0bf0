"""The Kubernetes API server, asked with a pod's own service account."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeAlias
from urllib.parse import quote, urlencode

Object: TypeAlias = dict[str, Any]
"""An object of the API, as JSON."""

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_SECONDS: Final = 10.0
"""How long one answer may take."""


class ApiUnavailable(Exception):
    """The API server gave no answer to work with; asking again may help."""


class ApiRefused(Exception):
    """The API server says that we may not, or that there is no such thing."""


class Api(Protocol):
    """Whatever reads objects of the API; raises ApiUnavailable and ApiRefused."""

    def get(self, group: str, namespace: str, kind: str, name: str, /) -> Object:
        """One object."""
        ...

    def list(self, group: str, namespace: str, kind: str, labels: str, /) -> list[Object]:
        """All objects with these labels."""
        ...


@dataclass(frozen=True, kw_only=True)
class ApiServer:
    """The API server, asked with a token.

    Attributes:
        url: without a slash at its end.
        token: file of the bearer token, which Kubernetes renews.
        tls: verifies the server; None for plain HTTP.
    """

    url: str
    token: Path
    tls: ssl.SSLContext | None

    @classmethod
    def from_pod(cls, environment: Mapping[str, str], account: Path = ACCOUNT) -> Self:
        """The API server of the cluster that this pod runs in."""
        host, port = environment["KUBERNETES_SERVICE_HOST"], environment["KUBERNETES_SERVICE_PORT"]
        return cls(
            url=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
            token=account / "token",
            tls=ssl.create_default_context(cafile=str(account / "ca.crt")),
        )

    def get(self, group: str, namespace: str, kind: str, name: str) -> Object:
        """One object; `group` is like `apis/apps/v1`, `kind` like `deployments`.

        Raises:
            ApiUnavailable: no answer now.
            ApiRefused: forbidden, or there is none.
        """
        return self._ask("GET", f"/{group}/namespaces/{quote(namespace)}/{kind}/{quote(name)}")

    def list(self, group: str, namespace: str, kind: str, labels: str) -> list[Object]:
        """All objects with these labels (`key=value,…`); raises like `get`."""
        query = urlencode({"labelSelector": labels})
        return self._ask("GET", f"/{group}/namespaces/{quote(namespace)}/{kind}?{query}").get("items", [])

    def patch_status(self, group: str, namespace: str, kind: str, name: str, status: Object) -> None:
        """Change these fields of an object's status, and no others; raises like `get`."""
        path = f"/{group}/namespaces/{quote(namespace)}/{kind}/{quote(name)}/status"
        self._ask("PATCH", path, json.dumps({"status": status}).encode())

    def _ask(self, method: str, path: str, merge_patch: bytes | None = None) -> Object:
        request = urllib.request.Request(  # noqa: S310 the URL is the cluster's own
            self.url + path,
            method=method,
            data=merge_patch,
            headers={"Authorization": f"Bearer {self.token.read_text().strip()}"}
            | ({"Content-Type": "application/merge-patch+json"} if merge_patch else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS, context=self.tls) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = f"{method} {path}: {error.code} {_message(error)}"
            raise (ApiRefused(text) if error.code in (401, 403, 404) else ApiUnavailable(text)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ApiUnavailable(f"{method} {path}: {error}") from error


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return json.load(error)["message"]
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return error.reason
