"""A cluster's API server, as far as it is asked here: with nothing but what Python has."""

import json
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

TIMEOUT: Final = 15.0  # seconds
WATCHED: Final = 240  # seconds that one watch lasts; the next one begins with a list
BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
CONFLICT: Final = 409

JSON: Final = "application/json"
MERGE: Final = "application/merge-patch+json"


class ApiError(Exception):
    """The server can't be reached, or refuses.

    Attributes:
        status: of its answer; 0 where there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Api:
    """The API server and who asks it.

    Attributes:
        server: its URL.
        context: with which it is spoken to; None for plain HTTP.
    """

    server: str
    context: ssl.SSLContext | None

    @classmethod
    def of(cls, kubeconfig: Path) -> Self:
        """The API server of a kubeconfig in JSON that names the files of certificates.

        Raises:
            OSError, LookupError, ValueError: it is none.
        """
        content = json.loads(kubeconfig.read_text())
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        if not cluster["server"].startswith("https:"):
            return cls(cluster["server"], None)
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        context.load_cert_chain(user["client-certificate"], user["client-key"])
        return cls(cluster["server"], context)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, kind: str = JSON) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            ApiError: there is none, or it is a refusal.
        """
        with closing(self._connection(TIMEOUT)) as connection:
            try:
                return json.loads(self._ask(connection, method, path, body, kind).read())
            except (OSError, HTTPException, ValueError) as error:
                raise ApiError(f"the answer to {method} {path} ended: {error}") from None

    def changes(self, path: str, since: str) -> Iterator[dict[str, Any]]:
        """What changes in a list, as `type` and `object`, until the server ends the watch.

        Args:
            path: of the list.
            since: the list's resource version.

        Raises:
            ApiError: the server can't be reached, or refuses.
        """
        with closing(self._connection(WATCHED + TIMEOUT)) as connection:
            query = f"watch=1&resourceVersion={since}&timeoutSeconds={WATCHED}"
            answer = self._ask(connection, "GET", f"{path}?{query}")
            try:
                while line := answer.readline():
                    yield json.loads(line)
            except (OSError, HTTPException, ValueError) as error:
                raise ApiError(f"the watch of {path} ended: {error}") from None

    def _connection(self, timeout: float) -> HTTPConnection:
        parts = urlsplit(self.server)
        if self.context is None:
            return HTTPConnection(parts.netloc, timeout=timeout)
        return HTTPSConnection(parts.netloc, timeout=timeout, context=self.context)

    def _ask(
        self, connection: HTTPConnection, method: str, path: str, body: dict[str, Any] | None = None, kind: str = JSON
    ) -> Any:
        content = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, content, {"Accept": JSON, "Content-Type": kind})
            answer = connection.getresponse()
            if answer.status >= BAD_REQUEST:
                why = " ".join(answer.read(2000).decode(errors="replace").split())
                raise ApiError(f"{method} {path}: {answer.status} {why}", answer.status)
        except (OSError, HTTPException) as error:
            raise ApiError(f"{method} {path}: {error}") from None
        return answer
