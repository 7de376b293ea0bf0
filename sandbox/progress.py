"""Progress of long steps: a live line on a terminal, a line now and then in a log."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from rich.console import Console

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

    if console.is_terminal:
        with console.status(text()) as status, _every(1.0, lambda: status.update(text())):
            yield
    else:
        console.print(f"  … {title}{about}")
        with _every(HEARTBEAT, lambda: console.print(f"  … {text()}")):
            yield
    console.print(f"  [green]✓[/green] {title}: {duration(time.monotonic() - begun)}")


@contextmanager
def _every(seconds: float, tell: Callable[[], None]) -> Generator[None]:
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
