"""What a test has going on beside it."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self


class Background:
    """Works in threads of their own from a `with` to its end.

    Attributes:
        over: set at the end; whoever works looks at it and returns.
    """

    def __init__(self, *works: Callable[[], object]) -> None:
        self.over: Final = threading.Event()
        self._threads: Final = [threading.Thread(target=work, daemon=True) for work in works]

    @property
    def works(self) -> bool:
        """Whether all of them are still at it."""
        return all(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()
