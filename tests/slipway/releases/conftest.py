"""What these tests share."""

from pathlib import Path

import pytest

from tests.slipway.releases.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nothing is served yet; 1.0.0, 1.1.0 and 1.2.0 are published, and the file says 1.0.0."""
    return World(tmp_path)


@pytest.fixture
def served(world: World) -> World:
    """1.0.0 serves everyone."""
    world.serve("1.0.0")
    return world
