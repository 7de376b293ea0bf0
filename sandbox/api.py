"""A cluster's API server, as far as the sandbox asks it: by path, with objects as plain dictionaries."""

import json
from pathlib import Path
from typing import Any, Final

from sandbox.errors import SandboxError

TIMEOUT: Final = 10.0  # seconds
NOT_FOUND: Final = 404

# Kind to the plural in its path, and whether it lives in a namespace: the kinds that the add-ons are made of.
_PLACES: Final = {
    "APIService": ("apiservices", False),
    "ClusterRole": ("clusterroles", False),
    "ClusterRoleBinding": ("clusterrolebindings", False),
    "ConfigMap": ("configmaps", True),
    "CustomResourceDefinition": ("customresourcedefinitions", False),
    "Deployment": ("deployments", True),
    "MutatingWebhookConfiguration": ("mutatingwebhookconfigurations", False),
    "RoleBinding": ("rolebindings", True),
    "Secret": ("secrets", True),
    "Service": ("services", True),
    "ServiceAccount": ("serviceaccounts", True),
}


class Api:
    """The API server of a kubeconfig's current context."""

    def __init__(self, kubeconfig: Path) -> None:
        """Read the kubeconfig; nothing is sent.

        Raises:
            SandboxError: it can't be read.
        """
        # The client library has no types: it is used in this file only.
        from kubernetes.client import Configuration
        from kubernetes.config import (
            ConfigException,
            new_client_from_config,  # pyright: ignore[reportUnknownVariableType] - untyped
        )

        settings: Any = Configuration()
        settings.retries = False
        try:
            self._client: Any = new_client_from_config(str(kubeconfig), client_configuration=settings)
        except (ConfigException, OSError) as error:
            raise SandboxError(f"kubeconfig {kubeconfig} can't be used: {error}") from None

    def get(self, path: str) -> dict[str, Any] | None:
        """The object or list at `path`, or None if there is none.

        Raises:
            SandboxError: the server can't be reached or refuses.
        """
        return self._call("GET", path)

    def apply(self, manifest: dict[str, Any]) -> None:
        """Make the cluster hold `manifest`, by server-side apply.

        Raises:
            SandboxError: the server can't be reached or refuses.
        """
        plural, namespaced = _PLACES[manifest["kind"]]
        version: str = manifest["apiVersion"]
        metadata = manifest["metadata"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        inside = f"/namespaces/{metadata['namespace']}" if namespaced else ""
        path = f"{root}{inside}/{plural}/{metadata['name']}"
        self._call("PATCH", f"{path}?fieldManager=slipway-sandbox&force=true&fieldValidation=Strict", manifest)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError

        try:
            response = self._client.call_api(
                path,
                method,
                body=body,
                header_params={
                    "Accept": "application/json",
                    **({"Content-Type": "application/apply-patch+yaml"} if body else {}),
                },
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=TIMEOUT,
            )
        except ApiException as error:
            if method == "GET" and getattr(error, "status", None) == NOT_FOUND:
                return None
            raise SandboxError(f"{method} {path}: {_reason(error)}") from None
        except (HTTPError, OSError) as error:
            server = self._client.configuration.host
            # The library wraps the cause several times: the last part of the message is what happened.
            cause = str(getattr(error, "reason", None) or error).rpartition(": ")[2]
            raise SandboxError(f"the API server {server} can't be reached ({cause})") from None
        return json.loads(response.data)

    def close(self) -> None:
        """Close the connections."""
        self._client.rest_client.pool_manager.clear()


def _reason(error: Any) -> str:
    try:
        return json.loads(error.body)["message"]
    except (KeyError, TypeError, ValueError):
        return f"{error.status} {error.reason}"
