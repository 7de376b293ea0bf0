"""What these tests share: a Prometheus, and somebody who watches it."""

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

import pytest

from slipway.monitoring import access
from slipway.monitoring.prometheus import Prometheus
from slipway.monitoring.snapshot import Watch
from tests.slipway.monitoring.fake import Fake, fake_prometheus

NOON: Final = datetime(2026, 11, 29, 12, 0, 7, tzinfo=timezone(timedelta(hours=1)))


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_prometheus() as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(fake: Fake, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Generator[Watch]:
    monkeypatch.setattr(access, "TIMEOUT", 60.0)  # a slow machine is no missing answer
    watch = Watch(Prometheus(access.at(fake.url)), clock)
    yield watch
    watch.close()
