"""The requests that wait for a call of the model, in their order."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.model import Tensors
from service.traces import Trail


@dataclass(eq=False, slots=True)
class Item:
    """Rows that share one answer.

    Attributes:
        tensors: the rows.
        rows: how many.
        since: when they came; seconds, monotonic.
        deadline: when their answer is of no use any more.
        future: gets the answer, or the error instead.
        waits: whether they count as waiting.
        alone: whether they must share no call with others.
        trail: where their way is written down; None when nobody asks.
    """

    tensors: Tensors
    rows: int
    since: float
    deadline: float
    future: "asyncio.Future[Tensors]"
    waits: bool = False
    alone: bool = False
    trail: Trail | None = None


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
        while self._items and self._items[0].future.done():
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
        if not item.future.done():
            item.future.cancel()
        elif not item.future.cancelled():
            item.future.exception()  # asked for, since the one who would ask has left

    def _count(self, item: Item, *, waits: bool) -> None:
        if item.waits is not waits:
            item.waits = waits
            self.rows += item.rows if waits else -item.rows
