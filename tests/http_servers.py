"""Servers of the tests' own, for one block each."""

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Handler(BaseHTTPRequestHandler):
    """Answers as the test says, and tells nothing of it on the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with fewer, of many that connect at once some would try again a second later


@contextmanager
def answering(handler: type[Handler], host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
    """The URL, without a path, of a server that answers until the block ends; on any free port if none is given."""
    with _Server((host, port), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
