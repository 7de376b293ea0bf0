"""The page's server, on the loopback interface.

Whatever a browser has open can send it requests, so it answers GETs alone, only those whose Host says loopback (a name
that somebody lets lead here is another site's), and none of them names a query: what may be asked is in the table.
"""

import json
import sys
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from slipway.errors import BadInput
from slipway.monitoring.snapshot import Span
from slipway.monitoring.view import NoSuchModel, View

HOST: Final = "127.0.0.1"

_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_FILES: Final = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/drawing.js": ("drawing.js", _SCRIPT),
    "/page.js": ("page.js", _SCRIPT),
}
_HEADERS: Final = {
    # Plotly sets styles; it needs no other script than itself, and nothing from anywhere else.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Serves the page from when it is made, once `serve_forever` is called.

    Args:
        view: makes what it shows.
        port: on the loopback interface; 0 for a free one.

    Raises:
        BadInput: the port is taken.
    """

    daemon_threads = True
    request_queue_size = 64  # with fewer, of what a browser asks at once some would be asked again a second later

    def __init__(self, view: View, port: int) -> None:
        self.view: Final = view
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise BadInput(
                f"--port {port} of {HOST} can't be had ({error.strerror}): give another, or 0 for one that is free"
            ) from None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of an error of ours; that a browser has gone is none."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def serves(self, host: str | None) -> bool:
        """Whether a request with this Host is meant for us."""
        return host in {f"{name}:{self.server_port}" for name in (HOST, "localhost", "[::1]")}


class _Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - the one that made it
    timeout = 30  # seconds that a connection may say nothing

    def do_GET(self) -> None:
        if not self.server.serves(self.headers["Host"]):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, f"This is {self.server.url} and nothing else.")
            return
        address = urlsplit(self.path)
        if address.path in _FILES:
            name, kind = _FILES[address.path]
            self._answer(HTTPStatus.OK, kind, _file(name))
        elif address.path == "/plotly.js":
            self._answer(HTTPStatus.OK, _SCRIPT, _plotly(), {"Cache-Control": "private, max-age=86400"})
        elif address.path == "/view":
            self._show(parse_qs(address.query))
        elif address.path.startswith("/runbooks/"):
            self._runbook(address.path.removeprefix("/runbooks/"))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _show(self, asked: dict[str, list[str]]) -> None:
        ranges = {span.label: span for span in Span}
        wanted = asked.get("range", [Span.HOUR.label])[0]
        if wanted not in ranges:
            self._refuse(HTTPStatus.BAD_REQUEST, f"The range is one of {', '.join(ranges)}.")
            return
        try:
            document = self.server.view.document(asked.get("model", [None])[0], ranges[wanted])
        except NoSuchModel:
            self._refuse(HTTPStatus.NOT_FOUND, "Prometheus knows no such model.")
            return
        self._answer(HTTPStatus.OK, _JSON, json.dumps(document, allow_nan=False).encode())

    def _runbook(self, name: str) -> None:
        text = self.server.view.runbook(name)
        if text is None:
            self._refuse(HTTPStatus.NOT_FOUND, "There is no such runbook.")
        else:
            self._answer(HTTPStatus.OK, _TEXT, text.encode())

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._answer(status, _TEXT, f"{why}\n".encode())

    def _answer(self, status: HTTPStatus, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal is for what somebody has to know."""


@cache
def _file(name: str) -> bytes:
    return resources.files("slipway.monitoring").joinpath("page", name).read_bytes()


@cache
def _plotly() -> bytes:
    # Here, because whoever publishes a model need not wait for it.
    from plotly.offline import get_plotlyjs

    return get_plotlyjs().encode()
