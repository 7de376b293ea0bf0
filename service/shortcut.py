"""The short way of `POST /predict`: from a connection to the batcher and back, without ASGI and a task between.

It takes what is in order and can be answered now, which is nearly everything; all else is left to `predictions`, the
long way, which begins anew with it. So there is one place that refuses requests, and clients can't tell which way
theirs went. What is done for each request alone costs as much as a request has of the model; so tensors, answers and
metrics are made for all requests of a call together.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, cast

from service import endings
from service.errors import NoFiniteAnswer, Outcome, ServingError, response_to
from service.identity import REQUEST_ID, request_id
from service.lifecycle import Lifecycle, Served
from service.logs import current_request
from service.metrics import Metrics
from service.model import Tensors
from service.protocols import OfRows, Values
from service.protocols.article import NOT_FINITE, PREDICT
from service.waiting import Gathered

_log = logging.getLogger(__name__)


class Replies(Protocol):
    """A connection that waits for an answer."""

    def reply(self, identity: bytes, content: bytes) -> None:
        """Answer with a prediction."""
        ...

    def reply_with(self, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes) -> None:
        """Answer with something else."""
        ...


class Reading(Gathered):
    """One request on the short way."""

    __slots__ = ("_done", "connection", "identity", "readings", "values")

    def __init__(
        self, readings: "_Readings", connection: Replies, identity: bytes, values: Values, now: float, seconds: float
    ) -> None:
        super().__init__(1, now, now + seconds)
        self.readings: Final = readings
        self.connection: Final = connection
        self.identity: Final = identity
        self.values: Final = values
        self._done = False

    @property
    def together(self) -> "_Readings":
        """What it has in common with the others."""
        return self.readings

    def done(self) -> bool:
        """Whether it is answered, or its client has gone."""
        return self._done

    def finish(self) -> None:
        """It gets its answer now."""
        self._done = True

    def fail(self, error: Exception) -> None:
        """It gets an error instead."""
        self._done = True
        self.readings.fail(self, error)

    def leave(self) -> None:
        """Its client has gone."""
        self._done = True


class _Readings:
    """What the readings of one model have in common."""

    def __init__(self, served: Served, metrics: Metrics) -> None:
        self.served: Final = served
        self._codec: Final[OfRows] = served.of_rows
        self._metrics: Final = metrics

    def values(self, body: bytes) -> Values | None:
        """What a body asks about; None where it is not in order."""
        return self._codec.values(body)

    def tensors(self, items: Sequence[Gathered]) -> Tensors:
        """A row for each."""
        readings = cast("Sequence[Reading]", items)
        return self._codec.tensors([reading.values for reading in readings])

    def answer(self, items: Sequence[Gathered], tensors: Tensors, outputs: Tensors) -> None:
        """Answer them all; an error of ours reaches each client as it does on the long way."""
        readings = cast("Sequence[Reading]", items)
        try:
            contents = self._codec.contents(outputs, len(readings))
        except Exception:
            _log.exception("unexpected error")
            contents = [None] * len(readings)
            error = ServingError("Internal error")
        else:
            error = NoFiniteAnswer(NOT_FINITE)
        now = time.monotonic()
        seconds: list[float] = []
        rows: list[int] = []
        for row, (reading, content) in enumerate(zip(readings, contents, strict=True)):
            if reading.done():
                continue
            if content is None:
                reading.fail(error)
                continue
            reading.finish()
            reading.connection.reply(reading.identity, content)
            seconds.append(now - reading.since)
            rows.append(row)
        self._metrics.answered_together(seconds)
        if len(rows) == len(readings):
            self._metrics.answered(tensors, outputs)
        elif rows:
            self._metrics.answered(_those(tensors, rows), _those(outputs, rows))

    def fail(self, reading: Reading, error: Exception) -> None:
        """Answer one with an error, and say so."""
        failure = error if isinstance(error, ServingError) else ServingError("Internal error")
        token = current_request.set(reading.identity)
        try:
            endings.refused(failure, self._metrics)
            response = response_to(failure)
            headers = [*response.raw_headers, (REQUEST_ID, reading.identity)]
            reading.connection.reply_with(response.status_code, headers, bytes(response.body))
            self.ended(reading, failure.outcome, failure.status)
        finally:
            current_request.reset(token)

    def ended(self, reading: Reading, outcome: Outcome, status: int) -> None:
        spent = time.monotonic() - reading.since
        self._metrics.ended(outcome, spent, synthetic=False)
        endings.ended("POST", PREDICT, status, spent, outcome)


def _those(tensors: Tensors, rows: list[int]) -> Tensors:
    return {name: value[rows] for name, value in tensors.items()}


class Shortcut:
    """Who takes the short way.

    Args:
        lifecycle: has the model.
        metrics: where predictions are counted.
        seconds: the longest that a prediction may take.
        body_limit: bytes of a body.
    """

    path: Final = PREDICT.encode()

    def __init__(self, lifecycle: Lifecycle, metrics: Metrics, *, seconds: float, body_limit: int) -> None:
        self._lifecycle: Final = lifecycle
        self._metrics: Final = metrics
        self._seconds: Final = seconds
        self._body_limit: Final = body_limit
        self._readings: _Readings | None = None

    def take(self, connection: Replies, noted: Mapping[bytes, bytes], body: bytes) -> Reading | None:
        """Let a request that is there in whole wait for its answer; None: it has to go the long way.

        Args:
            connection: gets the answer.
            noted: the headers that mean something.
            body: of the request.
        """
        try:
            return self._take(connection, noted, body)
        except Exception:
            _log.exception("the short way failed")  # and the long way answers
            return None

    def _take(self, connection: Replies, noted: Mapping[bytes, bytes], body: bytes) -> Reading | None:
        served = self._lifecycle.model
        if served is None or len(body) > self._body_limit:
            return None
        given = None
        if noted:
            given = noted.get(REQUEST_ID)
            if given is None or len(noted) > 1:
                return None
        readings = self._readings
        if readings is None or readings.served is not served:
            readings = self._readings = _Readings(served, self._metrics)
        if not served.batcher.fits(self._seconds) or (values := readings.values(body)) is None:
            return None
        reading = Reading(readings, connection, request_id(given), values, time.monotonic(), self._seconds)
        served.batcher.add(reading)
        self._metrics.begun()
        return reading

    def left(self, reading: Reading) -> None:
        """Its client has gone."""
        readings = reading.readings
        readings.served.batcher.leave(reading)
        readings.ended(reading, Outcome.CANCELLED, 0)
