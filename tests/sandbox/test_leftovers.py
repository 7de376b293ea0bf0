"""Two runs at once leave each other alone, and clean up after a third that was killed."""

import subprocess

from tests.sandbox import leftovers


def test_only_what_a_dead_process_has_made_is_left() -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    ours, theirs = leftovers.name("some-test"), f"some-test-{dead.pid}-0a1b2c"

    assert leftovers.left("some-test", [ours, theirs, f"other-test-{dead.pid}-0a1b2c", "some-test"]) == [theirs]


def test_no_two_names_are_the_same() -> None:
    assert leftovers.name("some-test") != leftovers.name("some-test")
