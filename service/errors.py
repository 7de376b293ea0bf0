"""What can go wrong with a request, and the HTTP status that it becomes.

    ServingError
    ├── BodyTimeout          408  the body took too long to arrive
    ├── BodyTooLarge         413  the body is over the limit
    ├── InvalidInput         422  the request is not what the model's manifest asks for
    ├── Overloaded           429  more wait already than can be answered soon
    ├── ModelFailed          500  the model failed on this request
    │   └── NoFiniteAnswer        it answered NaN or infinity
    ├── ModelNotLoaded       503  there is no model yet
    ├── OutOfTime            503  it could not be finished in its time, so it was not begun
    └── DeadlineExceeded     504  it was begun, and took too long

Errors of loading a model are not here: they belong to no request (see `loading`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypedDict

import orjson
from starlette.responses import Response


class FieldError(TypedDict):
    """One refused field, in the form that FastAPI's clients know."""

    type: str
    loc: list[str | int]
    msg: str


class Outcome(StrEnum):
    """How a prediction ended: the label `status` of its metrics."""

    SUCCESS = "success"
    INVALID = "invalid"
    SHED = "shed"
    NOT_LOADED = "not_loaded"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    ERROR = "error"


class ServingError(Exception):
    """A request that is not answered with a prediction.

    Args:
        detail: what the client is told, as JSON.
        retry_after: seconds after which it may come back; None when that would not help.
    """

    status = 500
    outcome = Outcome.ERROR
    closes = False
    """Whether the connection ends with the answer: what is left of the body would be read as the next request."""

    def __init__(self, detail: str | list[FieldError], retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail: Final = detail
        self.retry_after: Final = retry_after


class BodyTimeout(ServingError):
    """The body took too long to arrive."""

    status, outcome, closes = 408, Outcome.INVALID, True


class BodyTooLarge(ServingError):
    """The body is over the limit."""

    status, outcome, closes = 413, Outcome.INVALID, True


class InvalidInput(ServingError):
    """The request is not what the model's manifest asks for."""

    status, outcome = 422, Outcome.INVALID


class Overloaded(ServingError):
    """More wait already than can be answered soon."""

    status, outcome = 429, Outcome.SHED


class ModelFailed(ServingError):
    """The model failed on this request, and only on this one."""


class NoFiniteAnswer(ModelFailed):
    """The model answered NaN or infinity, which JSON cannot carry and nobody should act on."""


class ModelNotLoaded(ServingError):
    """There is no model yet."""

    status, outcome = 503, Outcome.NOT_LOADED


class OutOfTime(ServingError):
    """The request could not be finished in its time, so it was not begun."""

    status, outcome = 503, Outcome.SHED


class DeadlineExceeded(ServingError):
    """The prediction was begun, and took too long."""

    status, outcome = 504, Outcome.DEADLINE


def response_to(error: ServingError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that ended in `error`."""
    own: dict[str, str] = {"Connection": "close"} if error.closes else {}
    if error.retry_after is not None:
        own["Retry-After"] = str(error.retry_after)
    return Response(
        orjson.dumps({"detail": error.detail}), error.status, own | dict(headers or {}), media_type="application/json"
    )
