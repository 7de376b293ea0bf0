"""What can go wrong with a request, and the HTTP status that it becomes.

    ServingError
    ├── BodyTimeout          408  the body took too long to arrive
    ├── BodyTooLarge         413  the body is over the limit
    ├── InvalidInput         422  the body is not what the model's manifest asks for
    ├── Overloaded           429  too many predictions wait already
    ├── NoFiniteAnswer       500  the model answered NaN or infinity
    ├── ModelNotLoaded       503  there is no model yet
    └── DeadlineExceeded     504  the prediction took too long

Errors of loading a model are not here: they belong to no request (see `loading`).
"""

from collections.abc import Mapping
from typing import Final, TypedDict

import orjson
from starlette.responses import Response


class FieldError(TypedDict):
    """One refused field, in the form that FastAPI's clients know."""

    type: str
    loc: list[str | int]
    msg: str


class ServingError(Exception):
    """A request that is not answered with a prediction.

    Attributes:
        detail: what the client is told, as JSON.
    """

    def __init__(self, detail: str | list[FieldError]) -> None:
        super().__init__(detail)
        self.detail = detail


class BodyTimeout(ServingError):
    """The body took too long to arrive."""


class BodyTooLarge(ServingError):
    """The body is over the limit."""


class InvalidInput(ServingError):
    """The body is not what the model's manifest asks for."""


class Overloaded(ServingError):
    """Too many predictions wait already."""


class NoFiniteAnswer(ServingError):
    """The model answered NaN or infinity, which JSON cannot carry and nobody should act on."""


class ModelNotLoaded(ServingError):
    """There is no model yet."""

    def __init__(self) -> None:
        super().__init__("Model not loaded")


class DeadlineExceeded(ServingError):
    """The prediction took too long."""


STATUS: Final[Mapping[type[ServingError], int]] = {
    BodyTimeout: 408,
    BodyTooLarge: 413,
    InvalidInput: 422,
    Overloaded: 429,
    NoFiniteAnswer: 500,
    ModelNotLoaded: 503,
    DeadlineExceeded: 504,
}

HEADERS: Final[Mapping[type[ServingError], Mapping[str, str]]] = {
    # What is left of the body would be read as the next request.
    BodyTimeout: {"Connection": "close"},
    BodyTooLarge: {"Connection": "close"},
    Overloaded: {"Retry-After": "1"},
    ModelNotLoaded: {"Retry-After": "5"},
}


def response_to(error: ServingError) -> Response:
    """The answer to a request that ended in `error`."""
    return Response(
        orjson.dumps({"detail": error.detail}),
        STATUS[type(error)],
        HEADERS.get(type(error)),
        media_type="application/json",
    )
