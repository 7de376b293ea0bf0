"""Packages are installed without their daemons, also after an installation that was cut off."""

import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox.errors import BuildError
from sandbox.toolchain import debian

# Tells whether the programs by which packages start daemons are the ones that do nothing.
APT = """#!/bin/sh
echo "apt-get $1" >> {calls}
for one in {daemons}; do
  [ ! -e $one ] || cmp -s $one /bin/true || {{ echo "$one works"; exit 1; }}
done
{then}
"""
DPKG = """#!/bin/sh
echo "dpkg $*" >> {calls}
touch {calls}.configured
"""
INTERRUPTED = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the stand-ins of apt-get and dpkg write down how they were called."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin")
    monkeypatch.setattr(debian, "PACKAGES", {"missing-package": "/no/such/program", "coreutils": "true"})
    file = tmp_path / "calls"
    program(tmp_path, "dpkg", DPKG.format(calls=file))
    return file


def program(folder: Path, name: str, content: str) -> None:
    place = folder / "bin" / name
    place.write_text(content)
    place.chmod(0o755)


def apt(calls: Path, then: str = "") -> None:
    program(calls.parent, "apt-get", APT.format(calls=calls, daemons=" ".join(debian.DAEMONS), then=then))


def test_no_package_can_start_a_daemon_and_the_machine_is_as_before(calls: Path) -> None:
    before = [Path(one).read_bytes() for one in debian.DAEMONS if Path(one).exists()]
    apt(calls)

    debian.install()

    assert calls.read_text().splitlines() == ["apt-get update", "apt-get install"]
    assert [Path(one).read_bytes() for one in debian.DAEMONS if Path(one).exists()] == before != []


def test_nothing_is_called_when_nothing_is_missing(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "PACKAGES", {"coreutils": "true"})

    debian.install()

    assert not calls.exists()


def test_an_installation_that_was_cut_off_is_brought_to_its_end_first(calls: Path) -> None:
    apt(calls, f'[ "$1" = update ] || [ -e {calls}.configured ] || {{ echo "{INTERRUPTED}" >&2; exit 100; }}')

    debian.install()

    assert calls.read_text().splitlines() == [
        "apt-get update",
        "apt-get install",
        "dpkg --configure -a",
        "apt-get install",
    ]


def test_a_lock_that_is_held_is_told_in_one_line(calls: Path) -> None:
    said = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 9 (apt)"
    apt(calls, f'[ "$1" = update ] || {{ echo "{said}" >&2; exit 100; }}')

    with pytest.raises(BuildError, match=r"^`apt-get install` failed: another package manager is at work") as failed:
        debian.install()

    assert failed.value.log == said


def test_a_system_without_apt_is_told_what_to_install(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", Mock(return_value=None))

    with pytest.raises(BuildError, match="no Debian system: install missing-package, coreutils by its own means"):
        debian.install()
