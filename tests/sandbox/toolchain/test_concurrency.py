"""Two builds at a time, and what a failed one means for the others."""

import threading

import pytest

from sandbox.toolchain import concurrency

PATIENCE = 30  # seconds


def test_two_builds_are_under_way_at_once() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    concurrency.run([both.wait, both.wait])


def test_what_is_under_way_beside_a_failure_is_finished_and_nothing_more_is_begun() -> None:
    failing, finished, begun = threading.Event(), threading.Event(), threading.Event()

    def fail() -> None:
        failing.set()
        raise ValueError("no such module")

    def finish() -> None:
        failing.wait(PATIENCE)
        threading.Event().wait(0.2)  # so that the failure is known, and the queue cleared, before a worker is free
        finished.set()

    # The worker of the failed build may have taken the next one before the failure is known, but not the last.
    with pytest.raises(ValueError, match="no such module"):
        concurrency.run([fail, finish, finish, finish, finish, begun.set])

    assert finished.is_set()
    assert not begun.is_set()
