"""The requests that wait for a call of the model, in their order."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from service.model import Tensors
from service.traces import Trail


class Item(ABC):
    """Rows that share one answer.

    Args:
        rows: how many.
        since: when they came; seconds, monotonic.
        deadline: when their answer is of no use any more.

    Attributes:
        waits: whether they count as waiting.
        alone: whether they must share no call with others.
        trail: where their way is written down; None when nobody asks.
    """

    __slots__ = ("alone", "deadline", "rows", "since", "trail", "waits")

    def __init__(self, rows: int, since: float, deadline: float) -> None:
        self.rows = rows
        self.since = since
        self.deadline = deadline
        self.waits = False
        self.alone = False
        self.trail: Trail | None = None

    @abstractmethod
    def done(self) -> bool:
        """Whether there is an answer, or nobody who wants one."""

    @abstractmethod
    def fail(self, error: Exception) -> None:
        """There is no answer, and why."""

    @abstractmethod
    def leave(self) -> None:
        """Nobody wants the answer any more."""


class Gathered(Item):
    """An item of one row, whose tensors and answer are made with those of others."""

    __slots__ = ()

    @property
    @abstractmethod
    def together(self) -> "Together":
        """Makes them."""


class Together(Protocol):
    """Items whose tensors and answers are made for all of a call at once, which costs little more than for one."""

    def tensors(self, items: Sequence[Gathered]) -> Tensors:
        """Their rows, one each."""
        ...

    def answer(self, items: Sequence[Gathered], tensors: Tensors, outputs: Tensors) -> None:
        """Give each its share of the outputs, in their order, and pass over those that are done."""
        ...


class Asked(Item):
    """An item that a task waits for.

    Attributes:
        tensors: the rows.
        future: gets the answer, or the error instead.
    """

    __slots__ = ("future", "tensors")

    def __init__(
        self, tensors: Tensors, rows: int, since: float, deadline: float, future: "asyncio.Future[Tensors]"
    ) -> None:
        super().__init__(rows, since, deadline)
        self.tensors: Final = tensors
        self.future: Final = future

    def done(self) -> bool:
        """Whether the task has what it waits for, or waits no more."""
        return self.future.done()

    def fail(self, error: Exception) -> None:
        """The task gets an error."""
        self.future.set_exception(error)

    def leave(self) -> None:
        """The task waits no more."""
        if not self.future.done():
            self.future.cancel()
        elif not self.future.cancelled():
            self.future.exception()  # asked for, since the one who would ask has left


class Waiting:
    """First in, first out; who leaves is counted no more at once, and passed over when its turn comes.

    Attributes:
        rows: that wait, of all that have not left.
    """

    def __init__(self) -> None:
        self._items: Final[deque[Item]] = deque()
        self.rows = 0

    def __bool__(self) -> bool:
        return bool(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def add(self, item: Item) -> None:
        """Let it wait behind all others."""
        self._items.append(item)
        self._count(item, waits=True)

    def put_back(self, item: Item) -> None:
        """Let it wait before all others, for a call of its own."""
        item.alone = True
        self._items.appendleft(item)
        self._count(item, waits=True)

    def first(self) -> Item | None:
        """The next that is still wanted."""
        while self._items and self._items[0].done():
            self.take()
        return self._items[0] if self._items else None

    def take(self) -> Item:
        """Take the next out."""
        item = self._items.popleft()
        self._count(item, waits=False)
        return item

    def leave(self, item: Item) -> None:
        """It is not wanted any more, wherever it is."""
        self._count(item, waits=False)
        item.leave()

    def _count(self, item: Item, *, waits: bool) -> None:
        if item.waits is not waits:
            item.waits = waits
            self.rows += item.rows if waits else -item.rows
