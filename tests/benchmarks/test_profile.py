"""A request's time is told by its parts."""

from pathlib import Path

import pytest

from benchmarks import profile
from tests.service import fakes

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_each_part_of_a_request_has_its_share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(profile, "ROUNDS", 3)
    monkeypatch.setattr(profile, "TURNS", 2)
    model = fakes.FakeModel()
    monkeypatch.setattr(profile.tensorflow_model, "load_saved_model", fakes.loads(model))

    shares = await profile.profile(fakes.settings(tmp_path))

    assert list(shares) == ["parser", "connection", "queue, codec, counters", "model"]
    assert sum(shares.values()) > 0
    asked = 2 * 3 * profile.CONNECTIONS
    assert sum(model.calls) >= asked  # in the last part, and in the one before what it hadn't said yet
