"""How Prometheus is reached: at a URL, or through the API server of the cluster that it runs in.

Both ways give the status and the content of an answer, within bounds of time and size.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from slipway import kubeconfig as kubeconfigs
from slipway.errors import BadInput, SlipwayError
from slipway.kubeconfig import cause

TIMEOUT: Final = 5.0
"""Seconds until an answer has to have begun, and between two parts of it; all of it may take twice as long."""

MAX_BYTES: Final = 32 * 1024 * 1024
CONNECTIONS: Final = 32
"""More than there are panels, so that slow ones hold up no others."""

DEFAULT_SERVICE: Final = "monitoring/prometheus-operated:9090"

_NAME: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_SERVICE: Final = re.compile(rf"(?P<namespace>{_NAME})/(?P<name>{_NAME}):(?P<port>{_NAME})")
_PART: Final = 65536
_REDIRECTS: Final = range(300, 400)


class Unreachable(SlipwayError):
    """Nobody answers where Prometheus should be, or not in time."""


@dataclass(frozen=True)
class Answer:
    """An answer, whatever it says."""

    status: int
    content: bytes


Ask: TypeAlias = Callable[[str, Mapping[str, str]], Answer]
"""Sends a GET: the path below Prometheus' own root, and the parameters. Raises `Unreachable`; from any thread."""


@dataclass(frozen=True)
class Access:
    """A way to Prometheus.

    Attributes:
        where: what it is called in messages and on the page.
        ask: sends a question.
    """

    where: str
    ask: Ask


def at(url: str) -> Access:
    """Prometheus at a URL, like `http://127.0.0.1:9090`; nothing is sent yet.

    Raises:
        BadInput: it is no such URL.
    """
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, whole = urlsplit(""), False
    if not whole or parts.query or parts.fragment:
        raise BadInput(f"--prometheus {url} is no URL of a Prometheus, like http://127.0.0.1:9090")
    if parts.username or parts.password:
        raise BadInput(
            "--prometheus has a user in it, which other programs on this machine could read: put a proxy or a "
            "port-forward that knows the password before it"
        )
    pool = urllib3.PoolManager(maxsize=CONNECTIONS, retries=False)
    root = url.rstrip("/")

    def ask(path: str, parameters: Mapping[str, str]) -> Answer:
        try:
            response = pool.request(
                "GET",
                f"{root}{path}?{urlencode(parameters)}",
                headers={"Accept": "application/json"},
                redirect=False,
                timeout=TIMEOUT,
                preload_content=False,
            )
            answer = _read(response)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"{root} {cause(error, TIMEOUT)}") from None
        if answer.status in _REDIRECTS:
            target = response.headers.get("Location", "elsewhere")
            raise Unreachable(f"{root} sends to {target}: give the URL of Prometheus itself")
        return answer

    return Access(root, ask)


def through_cluster(service: str, kubeconfig: Path | None) -> Access:
    """Prometheus in the cluster of the kubeconfig's current context, through the API server's proxy of services.

    Nothing is sent yet. It takes the right to `get` `services/proxy` in its namespace.

    Args:
        service: `NAMESPACE/NAME:PORT`.
        kubeconfig: file; None for what `KUBECONFIG` names, or the one in the home directory.

    Raises:
        BadInput: the service is written otherwise, or there is no kubeconfig that can be used.
    """
    from kubernetes.client import ApiException  # takes a second to load

    found = _SERVICE.fullmatch(service)
    if found is None:
        raise BadInput(f"--service {service} is no NAMESPACE/NAME:PORT, like {DEFAULT_SERVICE}")
    client = kubeconfigs.client(kubeconfig, CONNECTIONS, ", or give --prometheus URL")
    server: str = client.configuration.host
    root = f"/api/v1/namespaces/{found['namespace']}/services/{found['name']}:{found['port']}/proxy"

    def ask(path: str, parameters: Mapping[str, str]) -> Answer:
        try:
            response = client.call_api(
                f"{root}{path}?{urlencode(parameters, quote_via=quote)}",
                "GET",
                header_params={"Accept": "application/json"},
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=TIMEOUT,
            )
            return _read(response)
        except ApiException as error:
            failed: Any = error
            return Answer(int(failed.status or 0), _bytes(failed.body))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"the API server {server} {cause(error, TIMEOUT)}") from None

    return Access(f"{service} in the cluster at {server}", ask)


def _read(response: Any) -> Answer:
    """All of an answer; what trickles in for ever, or never ends, is given up."""
    give_up = monotonic() + TIMEOUT
    content = bytearray()
    try:
        for part in response.stream(_PART):
            content += part
            if len(content) > MAX_BYTES:
                raise Unreachable(f"the answer has more than {MAX_BYTES // 2**20} MiB")
            if monotonic() > give_up:
                raise Unreachable(f"the answer was not complete after {2 * TIMEOUT:g} s")
    except Unreachable:
        response.close()
        raise
    response.release_conn()
    return Answer(response.status, bytes(content))


def _bytes(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""
