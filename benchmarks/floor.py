"""The floor: an ASGI application that parses a request's JSON and answers as many bytes, without a model.

No Python service behind uvicorn can be faster: the difference to it is what the service does itself.
"""

import os

import orjson
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

ANSWER = os.environ.get("FLOOR_ANSWER", "{}").encode()


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer one request."""
    body, more = b"", scope["type"] == "http"
    while more and (message := await receive())["type"] == "http.request":
        body += message["body"]
        more = message["more_body"]
    orjson.loads(body)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": ANSWER, "more_body": False})
