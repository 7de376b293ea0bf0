"""Progress of long steps: a live line on a terminal, a line now and then in a log."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.status import Status

HEARTBEAT: Final = 30.0  # seconds between lines where nobody sees a live one
console: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """`seconds` for people: `8 s`, `4 min 10 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


@contextmanager
def step(title: str, estimate: float | None = None) -> Generator[None]:
    """Tell that `title` is under way, for how long, and how it ended.

    Args:
        title: what is being done, as a phrase that starts with a verb: `build traefik`.
        estimate: how long it takes on the reference machine, in seconds.
    """
    begun = time.monotonic()
    about = f" (about {duration(estimate)})" if estimate else ""

    def text() -> str:
        return f"{title}{about}: {duration(time.monotonic() - begun)}"

    with under_way(f"{title}{about}", text):
        yield
    console.print(f"  [green]✓[/green] {title}: {duration(time.monotonic() - begun)}")


@contextmanager
def under_way(title: str, text: Callable[[], str]) -> Generator[None]:
    """Show what is going on until the block ends.

    Args:
        title: is told once, where nobody sees a live line.
        text: says what is going on now, in the console's markup; it is asked in threads of their own.
    """
    if console.is_terminal:
        with _live.line(text):
            yield
    else:
        console.print(f"  … {title}")
        with _every(HEARTBEAT, lambda: console.print(f"  … {text()}")):
            yield


@contextmanager
def _every(seconds: float, tell: Callable[[], None]) -> Generator[None]:
    # Calls `tell` in a thread of its own, again and again after so many seconds, until the block ends.
    done = threading.Event()

    def loop() -> None:
        while not done.wait(seconds):
            tell()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class _Live:
    """The live display of a terminal: a line for each thing that is under way, in whatever thread."""

    def __init__(self) -> None:
        self._lines: list[Callable[[], str]] = []
        self._changing = threading.Lock()
        self._status: Status | None = None

    @contextmanager
    def line(self, text: Callable[[], str]) -> Generator[None]:
        self._change(lambda: self._lines.append(text))
        try:
            with _every(1.0, lambda: self._change(lambda: None)):
                yield
        finally:
            self._change(lambda: self._lines.remove(text))

    def _change(self, change: Callable[[], None]) -> None:
        with self._changing:
            change()
            shown = "\n".join(line() for line in self._lines)
            if self._status is None:
                self._status = console.status(shown)
                self._status.start()
            elif self._lines:
                self._status.update(shown)
            else:
                self._status.stop()
                self._status = None


_live: Final = _Live()
