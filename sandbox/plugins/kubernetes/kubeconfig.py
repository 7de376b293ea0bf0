"""Reads a kubeconfig, given as contents or as a path, into what a connection needs."""

import base64
import json
import os
import ssl
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.plugins.kubernetes.objects import Object, at, entries, is_map


class KubeconfigError(ValueError):
    """The kubeconfig cannot be used; the message says what is missing."""


@dataclass(frozen=True)
class Cluster:
    """One cluster as one user sees it."""

    server: str
    namespace: str
    tls: ssl.SSLContext
    headers: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Object:
    """The kubeconfig as a document, from its contents or from a path to it.

    Raises:
        KubeconfigError: it is neither a file nor a YAML document with clusters.
    """
    if path := _path(text):
        if not path.is_file():
            raise KubeconfigError(f"kubeconfig: no file {str(path)!r}; give a path or the contents of a kubeconfig")
        text = path.read_text()
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise KubeconfigError(f"kubeconfig: not YAML: {error}") from error
    if not is_map(document) or not document.get("clusters"):
        raise KubeconfigError("kubeconfig: no clusters in it; give a path or the contents of a kubeconfig")
    return document


def _path(text: str) -> Path | None:
    """The path that `text` is; None for contents."""
    return Path(text).expanduser() if "\n" not in text and not text.lstrip().startswith("{") else None


def active(document: Object, context: str = "", cluster: str = "") -> tuple[Object, Object, Object]:
    """Context, cluster and user entries that are in use, each as its inner map."""
    name = context or document.get("current-context") or ""
    chosen = _entry(document, "contexts", "context", name) if name else {}
    cluster_name = cluster or chosen.get("cluster") or document["clusters"][0]["name"]
    user = chosen.get("user")
    return (
        chosen,
        _entry(document, "clusters", "cluster", cluster_name),
        _entry(document, "users", "user", user) if user else {},
    )


def _entry(document: Object, section: str, inner: str, name: str) -> Object:
    for entry in entries(document, section):
        if entry.get("name") == name:
            return entry.get(inner) or {}
    raise KubeconfigError(f"kubeconfig: {section} has no {name!r}; choose one of its {section} as context")


def load(text: str, context: str = "", cluster: str = "") -> Cluster:
    """The active cluster of a kubeconfig, with client certificate or token ready to use.

    The files that it names are beside it, as for kubectl. Contents have no place: they count from the working folder.

    Raises:
        KubeconfigError: it lacks something, or its credential program fails.
    """
    chosen, server, user = active(parse(text), context, cluster)
    folder = path.parent if (path := _path(text)) else Path()
    if not server.get("server"):
        raise KubeconfigError("kubeconfig: the active cluster has no server; set clusters[].cluster.server")
    if "exec" in user:
        user = {**user, **_executed(user["exec"], folder)}
    tls = ssl.create_default_context()
    if authority := _bytes(server, "certificate-authority", folder):
        tls = ssl.create_default_context(cadata=authority.decode())
    if server.get("insecure-skip-tls-verify"):
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    certificate, key = (_bytes(user, kind, folder) for kind in ("client-certificate", "client-key"))
    if certificate and key:
        _present(tls, certificate, key)
    return Cluster(server["server"].rstrip("/"), chosen.get("namespace") or "", tls, _authorization(user, folder))


def _bytes(entry: Object, key: str, folder: Path) -> bytes:
    if inline := entry.get(f"{key}-data"):
        return base64.b64decode(inline)
    return (folder / entry[key]).read_bytes() if entry.get(key) else b""


def _present(tls: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # The ssl module takes a client certificate from a file only.
    with tempfile.NamedTemporaryFile(suffix=".pem") as pair:
        pair.write(certificate.rstrip() + b"\n" + key)
        pair.flush()
        tls.load_cert_chain(pair.name)


def _authorization(user: Object, folder: Path) -> dict[str, str]:
    token = user.get("token") or ((folder / user["tokenFile"]).read_text().strip() if user.get("tokenFile") else "")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {}


def _executed(plugin: Object, folder: Path) -> Object:
    """Credentials from a program (`users[].user.exec`), as EKS and others use."""
    environment = {entry["name"]: entry["value"] for entry in entries(plugin, "env")}
    name: str = plugin["command"]
    command = [str(folder / name) if "/" in name else name, *entries(plugin, "args")]
    try:
        done = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=True, timeout=60
        )
        status = at(json.loads(done.stdout), "status", default={})
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise KubeconfigError(f"kubeconfig: {' '.join(command)!r} gave no credentials: {error}") from error
    found: Object = {"token": status["token"]} if "token" in status else {}
    for ours, theirs in (("client-certificate-data", "clientCertificateData"), ("client-key-data", "clientKeyData")):
        if theirs in status:
            found[ours] = base64.b64encode(status[theirs].encode()).decode()
    return found
