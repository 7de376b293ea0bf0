"""An API server, a gateway and a pod on loopback, which answer what a test tells them to."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from service.verify.api_server import ApiServer
from tests.http_servers import Handler, answering

Answer = tuple[int, Any]

TOKEN = "a-token"  # noqa: S105 it opens nothing


@dataclass
class Fake:
    """What is answered at which path: the answers in turn, the last one for ever.

    Attributes:
        url: where it listens.
        answers: by path, without the query.
        asked: paths with their queries, and who asked, in order.
        patched: at which path what was patched, in order.
        hosts: for which hosts requests were.
    """

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    patched: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    hosts: set[str] = field(default_factory=set[str])

    def at(self, path: str, *bodies: Any, status: int = 200) -> None:
        self.answers[path] = [(status, body) for body in bodies]

    def next(self, path: str) -> Answer:
        waiting = self.answers.get(path.partition("?")[0], [(404, {"message": f"{path} not found"})])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def api(self, folder: Path) -> ApiServer:
        """A client of it."""
        token = folder / "token"
        token.write_text(f"{TOKEN}\n")
        return ApiServer(url=self.url, token=token, tls=None)


@contextmanager
def listening() -> Generator[Fake]:
    """A fake that answers until the block ends."""
    fake = Fake()

    class Answers(Handler):
        def do_GET(self) -> None:
            fake.hosts.add(self.headers["Host"])
            fake.asked.append((unquote(self.path), self.headers.get("Authorization")))
            self.answer(*fake.next(self.path))

        def do_PATCH(self) -> None:
            patch = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Type") != "application/merge-patch+json":
                self.answer(415, {"message": "the body is no merge patch"})
                return
            fake.asked.append((unquote(self.path), self.headers.get("Authorization")))
            fake.patched.append((unquote(self.path), json.loads(patch)))
            self.answer(*fake.next(self.path))

        def answer(self, status: int, body: Any) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with answering(Answers) as fake.url:
        yield fake
