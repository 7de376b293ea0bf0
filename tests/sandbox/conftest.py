"""Fixtures of the sandbox's tests."""

import secrets
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox import state as states
from sandbox.state import State
from tests.sandbox.isolation import Isolated


@pytest.fixture
def isolated(tmp_path: Path) -> Generator[Isolated]:
    """An empty state directory with the built programs, in a network namespace with nothing in it."""
    built = states.default()
    (tmp_path / "bin").symlink_to(built.bin)
    (tmp_path / "images").symlink_to(built.images)
    one = Isolated(f"slipway-test-{secrets.token_hex(4)}", State(tmp_path))
    one.begin()
    try:
        yield one
    finally:
        one.sandbox("down", check=False)
        one.end()
