"""Fixtures of the sandbox's tests."""

from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox import state as states
from sandbox.state import State
from tests.sandbox import isolation, leftovers
from tests.sandbox.isolation import Isolated


@pytest.fixture
def isolated(tmp_path: Path) -> Generator[Isolated]:
    """An empty state directory with the built programs, in a network namespace with nothing in it."""
    isolation.sweep()
    one = Isolated(leftovers.name(isolation.PREFIX), built(tmp_path / "state"))
    one.begin()
    try:
        yield one
    finally:
        one.sandbox("down", check=False)
        one.end()


@pytest.fixture
def beside(isolated: Isolated, tmp_path: Path) -> Generator[Isolated]:
    """Another sandbox in the same network."""
    one = Isolated(isolated.namespace, built(tmp_path / "beside"))
    yield one
    one.sandbox("down", check=False)


@pytest.fixture
def neighbour(isolated: Isolated, tmp_path: Path) -> Generator[Isolated]:
    """Another machine on the same wire, which sends what is for the sandbox's networks to the one that runs it."""
    one = Isolated(leftovers.name(isolation.PREFIX), State(tmp_path / "neighbour"))
    one.begin()
    try:
        isolation.connect(isolated, one)
        yield one
    finally:
        one.end()


def built(root: Path) -> State:
    """A state directory with nothing but what the toolchain has built."""
    state = State(root)
    root.mkdir()
    state.tools.mkdir()
    for place in ("bin", "images", "tools/aws", "tools/karpenter"):
        (root / place).symlink_to(states.default().root / place)
    return state
