import json
import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

from service import tracing
from service.lifecycle import Lifecycle
from service.tracing import REQUEST_ID
from tests.service import fakes
from tests.service.conftest import Start
from tests.service.fakes import FakeModel, loads

pytestmark = pytest.mark.anyio


async def test_every_answer_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/livez")).headers[REQUEST_ID] for _ in range(3)}
    assert len(ids) == 3


async def test_a_given_id_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/livez", headers={REQUEST_ID: "trace-1.a:b/c"})
    assert answer.headers[REQUEST_ID] == "trace-1.a:b/c"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, 'quote"', "é"])
async def test_an_id_that_could_forge_a_log_line_is_replaced(given: str, client: httpx.AsyncClient) -> None:
    answer = await client.get("/livez", headers={REQUEST_ID.encode(): given.encode()})
    assert answer.headers[REQUEST_ID] != given
    assert len(answer.headers[REQUEST_ID]) == 32


async def test_while_draining_every_answer_asks_its_connection_to_close(
    client: httpx.AsyncClient, lifecycle: Lifecycle
) -> None:
    assert "Connection" not in (await client.post("/predict", json=fakes.READING)).headers
    lifecycle.drain()
    answer = await client.post("/predict", json=fakes.READING)
    assert (answer.status_code, answer.headers["Connection"]) == (200, "close")


async def test_an_unexpected_error_is_logged_and_told_to_nobody(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([[0.85], [0.85]])

    def broken(rows: fakes.Rows) -> fakes.Answers:
        if answer := next(answers, None):
            return fakes.rows(answer)[0]
        raise RuntimeError("the secret cause")

    client = await start(loads(FakeModel(broken)))
    answer = await client.post("/predict", json=fakes.READING)
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal error"})
    assert "the secret cause" in caplog.text
    [line] = [record for record in caplog.records if record.message == "request"]
    assert (line.levelno, vars(line)["status"]) == (logging.WARNING, 500)


async def test_a_good_request_leaves_no_line(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        await client.post("/predict", json=fakes.READING)
        await client.get("/readyz")
    assert [record for record in caplog.records if record.name.startswith("service")] == []


async def test_the_time_that_a_client_takes_to_send_is_no_latency(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(tracing, "time", SimpleNamespace(perf_counter=lambda: now))

    async def slow() -> AsyncIterator[bytes]:
        nonlocal now
        for byte in json.dumps(fakes.READING).encode():
            now += 1.0
            yield bytes([byte])

    assert (await client.post("/predict", content=slow())).status_code == 200
    assert now > 10
    metrics = (await client.get("/metrics")).text
    assert 'model_prediction_latency_seconds_count{model_version="1.2.0"} 1.0' in metrics
    assert 'model_prediction_latency_seconds_sum{model_version="1.2.0"} 0.0' in metrics


async def test_errors_are_json_whatever_is_asked(client: httpx.AsyncClient) -> None:
    for method, path, status in [("GET", "/predict", 405), ("GET", "/nothing", 404), ("POST", "/health", 405)]:
        answer = await client.request(method, path)
        assert (answer.status_code, list(json.loads(answer.content))) == (status, ["detail"])
