"""What people see of long steps."""

import io
import re
import threading
import time

import pytest
from rich.console import Console

from sandbox import progress
from sandbox.progress import duration, step

PATIENCE = 30  # seconds


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    shown = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=shown, force_terminal=True, width=100, color_system=None))
    return shown


def wait_for(terminal: io.StringIO, pattern: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not re.search(pattern, terminal.getvalue()):
        assert time.monotonic() < deadline, terminal.getvalue()
        time.sleep(0.02)


def test_steps_of_several_threads_have_a_line_each_whatever_ends_first(terminal: io.StringIO) -> None:
    first_ends = threading.Event()

    def first() -> None:
        with step("build the first", 60):
            first_ends.wait(PATIENCE)

    beside = threading.Thread(target=first)
    beside.start()
    wait_for(terminal, r"build the first \(about 1 min 00 s\): \d s")
    with step("build the second"):
        wait_for(terminal, r"build the first \(about 1 min 00 s\): \d s\s+build the second: \d s")
        first_ends.set()
        beside.join()
        with step("build the third"):
            wait_for(terminal, r"build the second: \d s\s+build the third: \d s")

    for name in ("first", "second", "third"):
        assert f"✓ build the {name}: " in terminal.getvalue()


def test_the_terminal_has_its_cursor_back_when_the_last_step_has_ended(terminal: io.StringIO) -> None:
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    with step("build the outer"), step("build the inner"):
        wait_for(terminal, r"build the outer: \d s\s+build the inner: \d s")
        assert terminal.getvalue().rfind(hidden) > terminal.getvalue().rfind(shown)
    assert terminal.getvalue().rfind(shown) > terminal.getvalue().rfind(hidden)


def test_a_step_that_fails_is_not_told_as_done(terminal: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no"), step("build it"):
        raise ValueError("no")

    assert "✓" not in terminal.getvalue()
    with step("build the next"):
        pass
    assert "✓ build the next" in terminal.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(8.4, "8 s"), (59.6, "1 min 00 s"), (250, "4 min 10 s")])
def test_durations_are_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
