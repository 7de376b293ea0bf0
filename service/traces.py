"""What is recorded of a request that is traced. What becomes of it is `tracing`'s matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from service.errors import Outcome


@dataclass(frozen=True, slots=True)
class Shared:
    """A call of the model that answers several requests.

    Attributes:
        rows: of all of them together.
        size: rows that it is made with, those that fill it up among them.
        reason: why it began when it did.
    """

    rows: int
    size: int
    reason: str


@dataclass(slots=True)
class Stage:
    """A stretch of a trail, either in the queue or in a call; times are seconds, monotonic.

    Attributes:
        begun: when it began.
        call: the call; None in the queue.
        ended: when it ended; None as long as it lasts.
        failed: whether the call ended without answers.
    """

    begun: float
    call: Shared | None = None
    ended: float | None = None
    failed: bool = False


class Trail:
    """How rows that share one answer got it: through the queue and a call, and through both again if that failed.

    Args:
        rows: how many.
        now: when they came; seconds, monotonic.

    Attributes:
        rows: how many.
        stages: in their order, each beginning where the one before it ended.
    """

    def __init__(self, rows: int, now: float) -> None:
        self.rows = rows
        self.stages = [Stage(now)]

    def called(self, now: float, call: Shared) -> None:
        """The wait ended in a call."""
        self.stages[-1].ended = now
        self.stages.append(Stage(now, call))

    def answered(self, now: float) -> None:
        """The call ended with answers."""
        self.stages[-1].ended = now

    def failed(self, now: float, *, again: bool) -> None:
        """The call ended without, and there will be another or there won't."""
        last = self.stages[-1]
        last.ended, last.failed = now, True
        if again:
            self.stages.append(Stage(now))


class Trace(Protocol):
    """One request's."""

    @property
    def trails(self) -> list[Trail]:
        """One for each part of its rows that shares an answer; the batcher adds and writes them."""
        ...

    def end(self, outcome: Outcome, status: int, *, synthetic: bool) -> None:
        """The request was answered with this status, or with none (0)."""
        ...


class Traces(Protocol):
    """All of them. Nothing in here ever fails or delays a request."""

    def begin(self, path: str, headers: Iterable[tuple[bytes, bytes]], identity: bytes) -> Trace | None:
        """The head of a request is there; None when this one is not recorded."""
        ...
