import asyncio
from types import SimpleNamespace

import pytest

from service import heartbeat as module
from service.heartbeat import Heartbeat

pytestmark = pytest.mark.anyio


async def test_a_loop_that_hangs_is_told_and_one_that_runs_again_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    heartbeat = Heartbeat()
    assert heartbeat.hung() == "", "it has not begun"
    beating = asyncio.create_task(heartbeat.beat())
    await asyncio.sleep(0)
    clock.now += module.HUNG_AFTER - 1
    assert heartbeat.hung() == ""
    clock.now += 2
    assert heartbeat.hung() == "the event loop has not run for 16 s"
    beating.cancel()
    again = asyncio.create_task(heartbeat.beat())
    await asyncio.sleep(0)
    assert heartbeat.hung() == ""
    again.cancel()
