"""Kubeconfigs by which people and components identify themselves to the API server."""

import base64
from pathlib import Path

from sandbox import files
from sandbox.kubernetes import addresses
from sandbox.kubernetes.certificates import Pair


def referring(authority: Pair, identity: Pair) -> str:
    """A kubeconfig that names the files: for components, which notice when a certificate is renewed."""
    return _kubeconfig(
        {"certificate-authority": str(authority.certificate)},
        {"client-certificate": str(identity.certificate), "client-key": str(identity.key)},
    )


def containing(authority: Pair, identity: Pair) -> str:
    """A kubeconfig that holds all that it needs: for people, who may copy it elsewhere."""
    return _kubeconfig(
        {"certificate-authority-data": _encoded(authority.certificate)},
        {
            "client-certificate-data": _encoded(identity.certificate),
            "client-key-data": _encoded(identity.key),
        },
    )


def asking(url: str) -> str:
    """A kubeconfig for the API server itself, which asks at `url` about tokens that it did not make."""
    name = addresses.NODE
    return files.text(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": url}}],
            "users": [{"name": name, "user": {}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


def _kubeconfig(server: dict[str, str], user: dict[str, str]) -> str:
    name = addresses.NODE
    return files.text(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": addresses.API_URL, **server}}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
