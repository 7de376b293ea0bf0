"""Prometheus' HTTP API, as far as the page asks it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from slipway.errors import SlipwayError
from slipway.monitoring.access import TIMEOUT, Access, Answer

MAX_SERIES: Final = 200
"""Of an answer: more lines than that show nothing, and would keep the page busy."""

_GOOD: Final = 200
_LONGEST: Final = 300  # characters of somebody else's text in a message


class Unanswered(SlipwayError):
    """Something answers, but not the question."""


def _finite(value: str) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


Sample: TypeAlias = tuple[float, Annotated[float | None, BeforeValidator(_finite)]]
"""When, in seconds of Unix time, and how much; None for what is no finite number."""


class Series(BaseModel):
    """One series of an answer: its labels, and its samples in the order of time."""

    labels: dict[str, str] = Field(validation_alias="metric")
    samples: list[Sample] = Field(validation_alias="values", default=[])


class Alert(BaseModel):
    """An alert that is `pending` or `firing`."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    state: Literal["pending", "firing"]
    since: datetime = Field(validation_alias="activeAt")


class _Now(BaseModel):
    metric: dict[str, str]
    value: Sample | None = None


class _Vector(BaseModel):
    type: Literal["vector"] = Field(validation_alias="resultType")
    result: list[_Now]


class _Matrix(BaseModel):
    type: Literal["matrix"] = Field(validation_alias="resultType")
    result: list[Series]


class _Alerts(BaseModel):
    alerts: list[Alert]


_Data = TypeVar("_Data", bound=BaseModel)


class _Success(BaseModel, Generic[_Data]):
    status: Literal["success"]
    data: _Data


class _Failure(BaseModel):
    status: Literal["error"]
    error: str


class _Refusal(BaseModel):
    """What an API server says instead of passing a question on."""

    kind: Literal["Status"]
    message: str


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus; each method raises `Unreachable` or `Unanswered`, and may be called from any thread."""

    access: Access

    def now(self, query: str, at: float) -> list[Series]:
        """What a query gives at a time in seconds of Unix time: series of one sample each."""
        found = self._get(_Success[_Vector], "/api/v1/query", {"query": query, "time": f"{at:.3f}"})
        return [Series.model_construct(labels=one.metric, samples=[one.value]) for one in found.result if one.value]

    def over(self, query: str, start: float, end: float, step: int) -> list[Series]:
        """What a query gives from `start` to `end`, in seconds of Unix time, every `step` seconds."""
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        return self._get(_Success[_Matrix], "/api/v1/query_range", {"query": query, **span}).result

    def alerts(self) -> list[Alert]:
        """What is pending or firing."""
        return self._get(_Success[_Alerts], "/api/v1/alerts", {}).alerts

    def _get(self, kind: type[_Success[_Data]], path: str, parameters: Mapping[str, str]) -> _Data:
        # So that it stops working for somebody who no longer waits.
        bounds = {"timeout": f"{TIMEOUT:g}s", "limit": str(MAX_SERIES)} if parameters else {}
        answer = self.access.ask(path, {**parameters, **bounds})
        if answer.status == _GOOD:
            try:
                return kind.model_validate_json(answer.content).data
            except ValidationError:
                raise Unanswered(
                    f"{self.access.where} answers {path}, but not as a Prometheus does: is it one?"
                ) from None
        raise Unanswered(f"{self.access.where} answers {answer.status}: {_said(answer)}")


def _said(answer: Answer) -> str:
    for kind in (_Failure, _Refusal):
        try:
            told = kind.model_validate_json(answer.content)
        except ValidationError:
            continue
        return (told.error if isinstance(told, _Failure) else told.message)[:_LONGEST]
    return answer.content.decode(errors="replace").strip()[:_LONGEST] or "nothing more"
