"""A prediction from head to answer, as clients and Prometheus see it."""

import asyncio
import io
import json
import logging
import math
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service import predictions, shortcut
from service.app import create_app
from service.batching import INLINE_SECONDS
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.logs import JsonFormatter
from tests.service import fakes
from tests.service.conftest import APPLICATION, CONNECTIONS, PROBES, Start, lifespan
from tests.service.fakes import READING, FakeModel, loads

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[APPLICATION, CONNECTIONS])
def way(request: pytest.FixtureRequest) -> str:
    """Whichever way a request goes, its client can't tell, and neither can who reads the metrics."""
    return request.param


TOKEN = "0123456789abcdef-token"  # noqa: S105 nobody's


async def samples(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Values by the name of the metric and by what is no label of all."""
    text = (await client.get(f"{PROBES}/metrics")).text
    return {
        (sample.name, *(value for name, value in sample.labels.items() if name not in fakes.LABELS)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("temperature", "risk", "action"),
    [
        (10, "LOW", "Continue normal operation"),
        (50, "MEDIUM", "Schedule inspection within 48 hours"),
        (90, "HIGH", "Immediate maintenance required"),
    ],
)
async def test_a_reading_gets_its_probability_and_band(
    temperature: float, risk: str, action: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/predict", json=READING | {"temperature": temperature})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "failure_probability": temperature / 100,
        "risk_level": risk,
        "recommended_action": action,
    }


async def test_several_readings_get_their_answers_in_order(client: httpx.AsyncClient) -> None:
    readings = [READING | {"temperature": each} for each in range(150)]
    answer = await client.post("/predict/batch", json={"readings": readings})
    assert answer.status_code == 200
    assert [each["failure_probability"] for each in answer.json()["predictions"]] == [n / 100 for n in range(150)]


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
async def test_before_the_model_is_loaded_the_answer_is_the_articles_503(path: str, start: Start) -> None:
    client = await start(model_store="file:///nowhere", wait=False)
    answer = await client.post(path, json=READING)
    assert (answer.status_code, answer.json()) == (503, {"detail": "Model not loaded"})
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400])
@pytest.mark.parametrize("field", list(READING))
async def test_no_number_that_json_cannot_carry_is_a_server_error(
    number: str, field: str, client: httpx.AsyncClient
) -> None:
    others = "".join(f', "{name}": {value}' for name, value in READING.items() if name != field)
    answer = await client.post("/predict", content=f'{{"{field}": {number}{others}}}')
    assert answer.status_code == 422
    assert [each["loc"] for each in answer.json()["detail"]] == [["body", field]]


async def test_a_model_that_answers_nan_is_a_server_error_in_json(start: Start) -> None:
    def nan_above_100(rows: fakes.Rows) -> fakes.Answers:
        answers = rows[:, 0] / 100
        answers[answers > 1] = math.nan
        return answers

    client = await start(loads(FakeModel(nan_above_100)))
    answer = await client.post("/predict", json=READING | {"temperature": 150})
    assert answer.status_code == 500
    assert "finite" in answer.json()["detail"]
    assert (await client.post("/predict", json=READING)).status_code == 200


async def test_a_body_over_the_limit_is_refused(start: Start) -> None:
    client = await start(body_limit=1000)
    answer = await client.post("/predict", content=b" " * 1001)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")


async def test_a_request_may_have_less_time_than_the_service_gives(start: Start) -> None:
    client = await start(loads(FakeModel(seconds=0.02)))
    hurried = await client.post("/predict", json=READING, headers={"X-Request-Timeout": "0.01"})
    assert hurried.status_code == 503
    assert int(hurried.headers["Retry-After"]) >= 1
    assert (await client.post("/predict", json=READING, headers={"X-Request-Timeout": "4"})).status_code == 200


@pytest.mark.parametrize("value", ["soon", "0", "1e-308", "-1", "nan", "inf", ""])
async def test_a_timeout_that_is_none_is_named(value: str, client: httpx.AsyncClient) -> None:
    answer = await client.post("/predict", json=READING, headers={"X-Request-Timeout": value})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["header", "x-request-timeout"]


async def test_in_an_overload_a_request_is_refused_before_its_body_is_read(
    start: Start, lifecycle: Lifecycle, way: str
) -> None:
    gate = threading.Event()

    def answer(rows: fakes.Rows) -> fakes.Answers:
        assert rows[0, 0] != 50 or gate.wait(60)
        return rows[:, 0] / 100

    # Known to be slow, so that the loop goes on beside it.
    client = await start(loads(FakeModel(answer, seconds=2 * INLINE_SECONDS)), batch_limit=1, queue_seconds=0.001)
    held = [asyncio.ensure_future(client.post("/predict", json=READING | {"temperature": 50}))]
    while not lifecycle.served().batcher.running_for():
        await asyncio.sleep(0.001)
    held += [asyncio.ensure_future(client.post("/predict", json=READING)) for _ in range(10)]
    while lifecycle.served().batcher.queued < 10:
        await asyncio.sleep(0.001)
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        sent += 1
        yield b"{}"

    refused = await client.post("/predict", content=body())
    assert refused.status_code == 429
    assert sent == 0 or way == CONNECTIONS, "there a client sends it whether or not it is read"
    assert "10 rows wait already" in refused.json()["detail"]
    assert int(refused.headers["Retry-After"]) >= 1
    probes = [await client.get(f"{PROBES}{path}") for path in ("/livez", "/readyz", "/metrics")]
    assert [probe.status_code for probe in probes] == [200] * 3
    gate.set()
    assert {(await each).status_code for each in held} == {200}
    found = await samples(client)
    assert found["service_refusals_total", "queue"] == 1
    assert found["model_predictions_total", "shed"] == 1


async def test_what_clients_saw_is_what_is_counted(client: httpx.AsyncClient) -> None:
    for body in (READING, READING, {}, READING | {"temperature": 1e9}):
        await client.post("/predict", json=body)
    await client.get("/predict")
    found = await samples(client)
    counted = {key[-1]: value for key, value in found.items() if key[0] == "model_predictions_total" and value}
    assert counted == {"success": 2, "invalid": 2}
    assert found["model_prediction_latency_seconds_count", "success"] == 2
    assert found["model_prediction_latency_seconds_count", "invalid"] == 2
    assert found["model_feature_mean", "temperature"] == 85
    assert found["service_requests_in_flight",] == 0


async def test_only_who_proves_it_stays_out_of_the_statistics(start: Start) -> None:
    client = await start(synthetic_token=TOKEN)
    await client.post("/predict", json=READING | {"temperature": 50})
    for given in ("1", "", TOKEN[:-1], TOKEN + "x"):
        headers = {"X-Slipway-Synthetic": given}
        assert (await client.post("/predict", json=READING | {"temperature": 50}, headers=headers)).status_code == 200
    for _ in range(3):
        answer = await client.post("/predict", json=READING, headers={"X-Slipway-Synthetic": TOKEN})
        assert answer.status_code == 200
    found = await samples(client)
    assert found["model_feature_mean", "temperature"] == 50
    assert found["model_predictions_total", "success"] == 5
    assert found["model_synthetic_predictions_total", "success"] == 3
    assert found["model_prediction_latency_seconds_count", "success"] == 5


async def test_without_a_token_nobody_can_hide(client: httpx.AsyncClient) -> None:
    for given in ("", "1", "None"):
        await client.post("/predict", json=READING, headers={"X-Slipway-Synthetic": given})
    assert (await samples(client))["model_predictions_total", "success"] == 3


async def test_the_time_that_a_client_takes_to_send_is_no_latency(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, begun = 0.0, time.monotonic()
    monkeypatch.setattr(predictions, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(shortcut, "time", SimpleNamespace(monotonic=lambda: begun + now))

    async def slow() -> AsyncIterator[bytes]:
        nonlocal now
        for byte in json.dumps(READING).encode():
            now += 1.0
            yield bytes([byte])

    assert (await client.post("/predict", content=slow())).status_code == 200
    assert now > 10
    found = await samples(client)
    assert found["model_prediction_latency_seconds_count", "success"] == 1
    assert found["model_prediction_latency_seconds_sum", "success"] == 0


async def test_every_answer_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/health", "/nothing", "/docs", "/predict")]
    answers += [await client.post("/predict", json=body) for body in (READING, {})]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert len(set(ids)) == len(ids)


async def test_a_given_id_is_kept(client: httpx.AsyncClient) -> None:
    for path in ("/predict", "/health"):
        answer = await client.post(path, json=READING, headers={"X-Request-ID": "trace-1.a:b/c"})
        assert answer.headers["X-Request-ID"] == "trace-1.a:b/c"


async def test_an_unexpected_error_is_logged_and_told_to_nobody(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def broken(rows: fakes.Rows) -> fakes.Answers:
        if rows[0, 0] != READING["temperature"]:
            raise RuntimeError("the secret cause")
        return rows[:, 0] / 100

    client = await start(loads(FakeModel(broken)))
    answer = await client.post("/predict", json=READING | {"temperature": 1})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "the secret cause" in caplog.text
    [line] = [record for record in caplog.records if record.message == "request"]
    assert (line.levelno, vars(line)["status"]) == (logging.WARNING, 500)


async def test_a_model_that_fails_is_logged_with_the_id_of_the_request_that_it_failed_on(start: Start) -> None:
    def broken(rows: fakes.Rows) -> fakes.Answers:
        if 1 in rows[:, 0]:
            raise RuntimeError("the cause")
        return rows[:, 0] / 100

    client = await start(loads(FakeModel(broken)))
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("service")
    log.addHandler(handler)
    try:
        # Of one turn, so they share a call, which is repeated for each when it fails.
        answers = await asyncio.gather(
            *(
                client.post("/predict", json=READING | {"temperature": each}, headers={"X-Request-ID": f"id-{each}"})
                for each in (3, 2, 1)
            )
        )
    finally:
        log.removeHandler(handler)
    assert [answer.status_code for answer in answers] == [200, 200, 500]
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["message"], line["request_id"]) for line in lines] == [
        ("the model failed", "id-1"),
        ("request", "id-1"),
    ]
    assert "the cause" in lines[0]["exception"]


async def test_an_error_of_ours_is_json_too(
    client: httpx.AsyncClient, lifecycle: Lifecycle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(lifecycle, "model", object())
        await _asks_in_vain(client)
    assert caplog.text.count("unexpected error") == 2
    assert (await samples(client))["model_predictions_total", "error"] == 1
    assert (await samples(client))["service_requests_in_flight",] == 0


async def _asks_in_vain(client: httpx.AsyncClient) -> None:
    answer = await client.post("/predict", json=READING)
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal error"})
    answer = await client.get("/version")
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal error"})


async def test_a_good_request_and_a_refused_one_leave_no_line(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        await client.post("/predict", json=READING)
        await client.post("/predict", json={})
        await client.get("/health")
    assert [record for record in caplog.records if record.name.startswith("service")] == []


async def test_errors_are_json_whatever_is_asked(client: httpx.AsyncClient) -> None:
    for method, path, status in [
        ("GET", "/predict", 405),
        ("PUT", "/predict/batch", 405),
        ("GET", "/nothing", 404),
        ("POST", "/health", 405),
        ("GET", "/livez", 404),
        ("GET", "/readyz", 404),
        ("GET", "/metrics", 404),
    ]:
        answer = await client.request(method, path)
        assert (answer.status_code, list(json.loads(answer.content))) == (status, ["detail"])


async def test_an_error_in_a_metric_fails_no_prediction(
    lifecycle: Lifecycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = fakes.metrics(lifecycle)
    app = create_app(fakes.settings(tmp_path), lifecycle, Heartbeat(), fakes.load_fake, metrics)
    async with lifespan(app):
        while lifecycle.model is None:
            await asyncio.sleep(0.001)
        for broken in ("_predictions", "_distributions", "_batches", "_rows"):
            monkeypatch.setattr(metrics, broken, object())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pod") as client:
            for _ in range(3):
                assert (await client.post("/predict", json=READING)).status_code == 200
    assert metrics.registry is not None
    assert caplog.text.count("a metric could not be counted") == 3, "once for each that is broken"
