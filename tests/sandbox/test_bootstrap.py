"""tools/bootstrap tells in one line what is in its way, before it changes anything."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
UV = "0.13.9"


@dataclass(frozen=True)
class Checkout:
    """A checkout to be set up, with programs of its own that go before the machine's."""

    root: Path
    programs: Path
    state: Path

    def program(self, name: str, script: str) -> None:
        place = self.programs / name
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def bootstrap(self, *before: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*before, str(self.root / "tools" / "bootstrap"), python, UV],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "SLIPWAY_STATE": str(self.state), "HOME": "/nowhere"},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def made(self) -> list[Path]:
        return [*self.state.iterdir(), *self.root.glob(".venv")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    one = Checkout(tmp_path / "checkout", tmp_path / "programs", tmp_path / "state")
    for folder in (one.root, one.programs, one.state):
        folder.mkdir()
    for name in ("tools", "sandbox"):
        (one.root / name).symlink_to(CHECKOUT / name)
    # Where a check lets something pass, nothing may come of it.
    one.program("uv", f'[ "$1" != --version ] || {{ echo uv {UV}; exit; }}; mkdir .venv; env > .venv/environment')
    return one


def test_a_checkout_is_set_up_by_the_lock_with_the_caches_in_the_state(checkout: Checkout) -> None:
    done = checkout.bootstrap("unshare", "--user")  # whose users are nobody: pipelines have no root

    assert (done.returncode, done.stderr) == (0, "")
    assert (checkout.root / ".venv" / ".complete").exists()
    assert f"UV_CACHE_DIR={checkout.state}/python" in (checkout.root / ".venv" / "environment").read_text()


def test_another_python_is_refused_with_its_version(checkout: Checkout) -> None:
    checkout.program("python3", "echo 3.10")

    refused = checkout.bootstrap(python="python3")

    assert refused.returncode == 1
    assert refused.stderr == (
        "error: python3 is Python 3.10, and 3.11, 3.12 or 3.13 is needed: name one with make PYTHON=python3.11\n"
    )
    assert not checkout.made


def test_a_python_that_is_not_there_is_named(checkout: Checkout) -> None:
    refused = checkout.bootstrap(python="python3.99")

    assert refused.returncode == 1
    assert refused.stderr.startswith("error: python3.99 is not there: install Python 3.11, 3.12 or 3.13")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("failed to write: No space left on device (os error 28)", "the disk is full: free some, or set SLIPWAY_STATE"),
        (
            "error sending request",
            "the Python packages of uv.lock could not be installed: run this again once the pack",
        ),
    ],
)
def test_a_disk_that_fills_up_is_not_taken_for_a_registry_that_does_not_answer(
    checkout: Checkout, said: str, told: str
) -> None:
    checkout.program("uv", f'[ "$1" != --version ] || {{ echo uv {UV}; exit; }}; echo "{said}" >&2; exit 2')

    failed = checkout.bootstrap()

    assert failed.returncode == 1
    words, line = failed.stderr.splitlines()
    assert words == said
    assert line.startswith(f"error: {told}")
    assert not checkout.made
