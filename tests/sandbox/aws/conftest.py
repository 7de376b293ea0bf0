"""A server of the sandbox's AWS as a process, which tests kill and start again; and one that tests share."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.running import Running

AROUND = {
    "cluster": {
        "endpoint": "https://10.1.2.3:6443",
        "certificate_authority": "LS0t",
        "issuer": "https://tokens.test",
        "services": "http://10.1.2.4:443",
    },
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(data: Path) -> Generator[Callable[[], Running]]:
    """Starts a server on the same data each time."""
    with ExitStack() as ends:
        yield lambda: ends.enter_context(Running(data))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    """A server that tests share, with controls, and a cluster around it. Each has an account of its own."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "around").write_text(json.dumps(AROUND))
    with Running(folder / "data", options=("--controls", "--around", str(folder / "around"))) as server:
        yield server


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(100_000_000_001)


@pytest.fixture
def account(aws: Running, numbers: Iterator[int]) -> Account:
    """An account that nobody has used."""
    return Account(aws, str(next(numbers)))
