"""The kubeconfig that a platform stack names: read from a file, whole for the platform, and in parts for others."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml


@dataclass(frozen=True, kw_only=True)
class Kubeconfig:
    """What a kubeconfig's current context leads to.

    Attributes:
        content: all of it, with its credentials.
        server: the API server's URL.
        certificate_authority: of the API server's certificate, in base64.
    """

    content: str = field(repr=False)
    server: str
    certificate_authority: str


def read(path: Path, key: str) -> Kubeconfig:
    """The kubeconfig at `path`, which the configuration names at `key`.

    Raises:
        pulumi.RunError: it can't be read, or doesn't say what serving stacks have to know of its cluster.
    """

    def refused(why: str) -> pulumi.RunError:
        return pulumi.RunError(f"{key} = '{path}' {why}")

    try:
        content = path.read_text()
    except OSError as error:
        raise refused(f"can't be read ({error.strerror}): `make up` starts the sandbox, or name another") from None
    try:
        parsed = yaml.safe_load(content)
        context = _named(parsed, "contexts", parsed["current-context"])["context"]
        cluster = _named(parsed, "clusters", context["cluster"])["cluster"]
        server = str(cluster["server"])
    except (yaml.YAMLError, LookupError, TypeError):
        raise refused("has no current context with a cluster: `kubectl config use-context` sets one") from None
    authority = cluster.get("certificate-authority-data") or _encoded(path, cluster.get("certificate-authority"))
    if not authority:
        raise refused(
            f"has no certificate authority for {server}, and serving stacks would not know whom they trust: add it"
        )
    return Kubeconfig(content=content, server=server, certificate_authority=authority)


def _named(parsed: Any, kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in parsed[kind] if one["name"] == name] or [None]
    return cast("dict[str, Any]", found)


def _encoded(kubeconfig: Path, file: str | None) -> str | None:
    try:
        return base64.b64encode((kubeconfig.parent / file).read_bytes()).decode() if file else None
    except OSError:
        return None
