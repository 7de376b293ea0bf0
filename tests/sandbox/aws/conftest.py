"""A server of the sandbox's AWS as a process, which tests kill and start again."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sandbox.aws.running import Running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(data: Path) -> Generator[Callable[[], Running]]:
    """Starts a server on the same data each time."""
    with ExitStack() as ends:
        yield lambda: ends.enter_context(Running(data))
