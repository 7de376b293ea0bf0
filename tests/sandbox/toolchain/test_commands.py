"""What a failed program said is told in one line, with what to do about it."""

import pytest

from sandbox.errors import BuildError
from sandbox.toolchain import commands


def test_its_output_is_returned() -> None:
    assert commands.run(["echo", "a"], "`echo`") == "a\n"


def test_a_failure_is_one_line_and_its_words_are_the_log() -> None:
    script = "for number in $(seq 40); do echo line $number >&2; done; exit 1"
    with pytest.raises(BuildError) as failed:
        commands.run(["sh", "-c", script], "`go build`")

    assert str(failed.value) == (
        "`go build` failed: run this again once the cause is gone, and what is complete is kept"
    )
    assert failed.value.log.splitlines() == [f"line {number}" for number in range(26, 41)]


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("link: write /x/a.out: no space left on device", "the disk is full"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "the disk is full"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 9 (apt)", "another package manager"),
        ("E: Unable to lock directory /var/lib/apt/lists/", "another package manager"),
        ("dpkg: error: dpkg frontend lock was locked by another process with pid 9", "another package manager"),
        ('go: x@v1.0.0: Get "https://proxy": dial tcp: lookup proxy: no such host', "a registry does not answer"),
        ("reading https://proxy/x.zip: 503 Service Unavailable", "a registry does not answer"),
        ("W: Failed to fetch http://deb  Temporary failure resolving 'deb'", "a registry does not answer"),
        ("E: Unable to locate package buildah", "a registry does not answer"),
        ("E: Failed getting release file http://deb/dists/bookworm/Release", "a registry does not answer"),
        ("W: Couldn't download package libc6", "a registry does not answer"),
        ("undefined: syscall.Stat at line 502", "run this again once the cause is gone"),
    ],
)
def test_the_remedy_fits_what_was_said(said: str, remedy: str) -> None:
    assert commands.remedy(said).startswith(remedy)
