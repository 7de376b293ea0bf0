"""`POST /predict`, as the article's clients know it."""

import math

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.tracing import SYNTHETIC
from tests.service import fakes
from tests.service.conftest import Start
from tests.service.fakes import READING, FakeModel, loads

pytestmark = pytest.mark.anyio


async def samples(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    text = (await client.get("/metrics")).text
    return {
        (sample.name, *sample.labels.values()): sample.value
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
    assert answer.headers["X-Model-Version"] == fakes.manifest().version
    assert answer.json() == {
        "failure_probability": temperature / 100,
        "risk_level": risk,
        "recommended_action": action,
    }


async def test_before_the_model_is_loaded_the_answer_is_the_articles_503(start: Start) -> None:
    client = await start(model_store="file:///nowhere", wait=False)
    answer = await client.post("/predict", json=READING)
    assert (answer.status_code, answer.json()) == (503, {"detail": "Model not loaded"})


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
    assert (await client.post("/predict", content=b" " * 1001)).status_code == 413


async def test_a_prediction_that_takes_too_long_is_given_up(start: Start) -> None:
    def slow_above_100(rows: fakes.Rows) -> fakes.Answers:
        return FakeModel(seconds=1.5 if rows[0, 0] > 100 else 0).predict(rows)

    client = await start(loads(FakeModel(slow_above_100)), request_seconds=0.05)
    assert (await client.post("/predict", json=READING | {"temperature": 150})).status_code == 504


async def test_what_clients_saw_is_what_is_counted(client: httpx.AsyncClient) -> None:
    for body in (READING, READING, {}, READING | {"temperature": 1e9}):
        await client.post("/predict", json=body)
    await client.get("/predict")
    found = await samples(client)
    counted = {key[-1]: value for key, value in found.items() if key[0] == "model_predictions_total" and value}
    assert counted == {"success": 2, "invalid": 2}
    assert found["model_prediction_latency_seconds_count", "1.2.0"] == 2
    assert found["model_feature_mean", "temperature", "1.2.0"] == 85


async def test_a_reading_of_our_own_leaves_the_statistics_alone(client: httpx.AsyncClient) -> None:
    await client.post("/predict", json=READING | {"temperature": 50})
    for _ in range(3):
        answer = await client.post("/predict", json=READING, headers={SYNTHETIC: "1"})
        assert answer.status_code == 200
    found = await samples(client)
    assert found["model_feature_mean", "temperature", "1.2.0"] == 50
    assert found["model_predictions_total", "1.2.0", "success"] == 1
    assert found["model_synthetic_predictions_total", "1.2.0", "success"] == 3
