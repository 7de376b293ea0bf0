"""The cluster of a kubeconfig, as far as releases are read and stopped in it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import urllib3

from service.verify.api_server import ApiRefused, ApiUnavailable, Object
from slipway import kubeconfig as kubeconfigs
from slipway.errors import SlipwayError
from slipway.kubeconfig import cause

TIMEOUT: Final = 5.0
"""Seconds until an answer has to have begun, and between two parts of it."""

_CONNECTIONS: Final = 4
_REFUSED: Final = (401, 403)
_ABSENT: Final = 404


class Unreachable(SlipwayError, ApiUnavailable):
    """The API server gives no answer to work with; asking again may help."""


class Forbidden(SlipwayError, ApiRefused):
    """The kubeconfig's user may not."""


class Absent(SlipwayError, ApiRefused):
    """There is no such object."""


@dataclass(frozen=True)
class Cluster:
    """The API server that a kubeconfig names; what the verification Job asks, asked with a person's rights.

    Attributes:
        server: its URL, for messages.
    """

    server: str
    _client: Any = field(repr=False)

    @classmethod
    def of(cls, kubeconfig: Path | None) -> Self:
        """The cluster of a kubeconfig's current context. Nothing is sent yet.

        Args:
            kubeconfig: file; None for what `KUBECONFIG` names, or the one in the home directory.

        Raises:
            BadInput: there is no kubeconfig that can be used.
        """
        client = kubeconfigs.client(kubeconfig, _CONNECTIONS)
        return cls(client.configuration.host, client)

    def get(self, group: str, namespace: str, kind: str, name: str) -> Object:
        """One object; `group` is like `apis/apps/v1`, `kind` like `deployments`.

        Raises:
            Unreachable: no answer now.
            Forbidden: we may not read it.
            Absent: there is none.
        """
        return self._ask("GET", f"/{group}/namespaces/{quote(namespace)}/{kind}/{quote(name)}")

    def list(self, group: str, namespace: str, kind: str, labels: str) -> list[Object]:
        """All objects with these labels (`key=value,…`); raises like `get`."""
        query = urlencode({"labelSelector": labels})
        return self._ask("GET", f"/{group}/namespaces/{quote(namespace)}/{kind}?{query}").get("items", [])

    def patch_status(self, group: str, namespace: str, kind: str, name: str, status: Object) -> None:
        """Change these fields of an object's status, and no others; raises like `get`."""
        path = f"/{group}/namespaces/{quote(namespace)}/{kind}/{quote(name)}/status"
        self._ask("PATCH", path, {"status": status})

    def _ask(self, method: str, path: str, merge_patch: Object | None = None) -> Object:
        from kubernetes.client import ApiException

        content = {"Content-Type": "application/merge-patch+json"} if merge_patch is not None else {}
        try:
            answer = self._client.call_api(
                path,
                method,
                header_params={"Accept": "application/json", **content},
                body=merge_patch,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=TIMEOUT,
            )
            return json.loads(answer.data)
        except ApiException as error:
            failed: Any = error
            raise _refusal(int(failed.status or 0), f"{method} {path} at {self.server}", failed.body) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"the API server {self.server} {cause(error, TIMEOUT)}") from None
        except ValueError:
            raise Unreachable(f"{self.server} answers {path}, but not as an API server does: is it one?") from None


def _refusal(status: int, what: str, body: bytes | str | None) -> SlipwayError:
    try:
        said = json.loads(body or "")["message"]
    except (ValueError, TypeError, KeyError):
        said = f"status {status}"
    if status in _REFUSED:
        return Forbidden(f"{what}: {said}; use a kubeconfig that may, by --kubeconfig or KUBECONFIG")
    return Absent(f"{what}: {said}") if status == _ABSENT else Unreachable(f"{what}: {said}")
