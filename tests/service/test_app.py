"""The application as a whole: under load, and with a store that is away."""

import asyncio
import json
import threading
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.metrics import Phase
from tests.service import fakes
from tests.service.conftest import Start, lifespan
from tests.service.fakes import READING, FakeModel, loads

pytestmark = pytest.mark.anyio


async def test_the_model_answers_one_call_at_a_time(start: Start) -> None:
    at_once = threading.Semaphore(1)
    overlaps: list[bool] = []

    def answer(rows: fakes.Rows) -> fakes.Answers:
        alone = at_once.acquire(blocking=False)
        overlaps.append(not alone)
        time.sleep(0.02)
        if alone:
            at_once.release()
        return rows[:, 0] / 100

    client = await start(loads(FakeModel(answer)))
    answers = await asyncio.gather(*(client.post("/predict", json=READING) for _ in range(8)))
    assert {one.status_code for one in answers} == {200}
    assert not any(overlaps)


async def test_an_application_that_ends_while_loading_does_not_wait_for_it(
    lifecycle: Lifecycle, tmp_path: Path
) -> None:
    loading, ended = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    loaded: list[bool] = []

    def load(*_: object) -> FakeModel:
        loop.call_soon_threadsafe(loading.set)
        loaded.append(ended.wait(60))
        return FakeModel()

    app = create_app(fakes.settings(tmp_path), lifecycle, Heartbeat(), load, fakes.metrics(lifecycle))
    async with lifespan(app):
        await loading.wait()
    assert loaded == []
    assert lifecycle.phase is Phase.LOADING
    ended.set()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4),
    max_leaves=12,
)
_READINGS = st.dictionaries(st.sampled_from([*READING, "other"]), _JSON | st.floats(0, 100), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_JSON | _READINGS)
async def test_no_body_is_a_server_error_and_no_answer_is_without_a_number(
    body: object, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/predict", content=json.dumps(body))
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert isinstance(answer.json()["failure_probability"], float)
    else:
        assert answer.json()["detail"]
