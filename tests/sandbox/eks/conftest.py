"""An API server that holds a list, and remembers what it was asked to change."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.eks.api import Api


class Server(ThreadingHTTPServer):
    """Answers a list with `items`, a watch with `changes` until there are none, and every change with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.items: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.status = 200
        self.cut = 0  # so many bytes of each answer don't come
        self.asked: list[tuple[str, str, Any, str]] = []

    @property
    def api(self) -> Api:
        return Api(f"http://127.0.0.1:{self.server_port}", None)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        if "watch=1" in self.path:
            lines = "".join(f"{json.dumps(one)}\n" for one in server.changes)
        else:
            lines = json.dumps({"metadata": {"resourceVersion": "7"}, "items": server.items})
        self._answer(200, lines)

    def do_change(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        server.asked.append((self.command, self.path, body, str(self.headers["Content-Type"])))
        self._answer(server.status, "{}")

    do_POST = do_PATCH = do_DELETE = do_change

    def _answer(self, status: int, content: str) -> None:
        server = self.server
        assert isinstance(server, Server)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) + server.cut))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server
        server.shutdown()
        serving.join()
