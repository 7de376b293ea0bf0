"""Tells whether everything that is followed is known."""

from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.eks.following import Following


def serve(host: str, port: int, following: Sequence[Following]) -> None:
    """Answer `/readyz` until killed.

    Raises:
        OSError: the address can't be listened at.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            troubles = [one.trouble for one in following if one.trouble]
            content = "\n".join(troubles).encode()
            self.send_response(HTTPStatus.SERVICE_UNAVAILABLE if troubles else HTTPStatus.OK)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing: it is asked often."""

    ThreadingHTTPServer((host, port), Handler).serve_forever()
