import pytest

from service.documentation import DescribedApi
from service.lifecycle import Lifecycle
from tests.service import fakes
from tests.service.conftest import Start

pytestmark = pytest.mark.anyio


async def test_the_description_has_the_models_own_fields(start: Start) -> None:
    client = await start()
    document = (await client.get("/openapi.json")).json()
    request = document["components"]["schemas"]["PredictionRequest"]
    assert request["required"] == list(fakes.READING)
    assert request["additionalProperties"] is False
    assert request["properties"]["temperature"] == {
        "type": "number",
        "title": "temperature",
        "description": "Temperature (°C)",
        "minimum": -40,
        "maximum": 200,
    }
    assert request["properties"]["rpm"]["type"] == "integer"
    assert request["examples"] == [fakes.READING]
    response = document["components"]["schemas"]["PredictionResponse"]
    assert list(response["properties"]) == ["failure_probability", "risk_level", "recommended_action"]
    assert response["properties"]["risk_level"]["enum"] == ["LOW", "MEDIUM", "HIGH"]
    assert "Predicts failures." in document["info"]["description"]


async def test_before_the_model_is_loaded_the_description_says_so(start: Start) -> None:
    client = await start(model_store="file:///nowhere", wait=False)
    document = (await client.get("/openapi.json")).json()
    assert "not loaded" in document["info"]["description"]
    assert document["components"]["schemas"]["PredictionRequest"] == {"type": "object"}


async def test_every_reference_leads_somewhere(start: Start) -> None:
    client = await start()
    document = (await client.get("/openapi.json")).json()
    operations = [document["paths"][path]["post"] for path in ("/predict", "/predict/batch")]
    contents = [each for one in operations for each in (one["requestBody"], one["responses"]["200"])]
    for content in (each["content"] for each in contents):
        name = content["application/json"]["schema"]["$ref"].removeprefix("#/components/schemas/")
        assert name in document["components"]["schemas"]


async def test_there_are_pages_for_people(start: Start) -> None:
    client = await start()
    page = (await client.get("/docs")).text
    assert "url: 'openapi.json'" in page  # below whatever path a gateway has put it


async def test_the_description_is_made_once_and_again_for_the_model(start: Start, lifecycle: Lifecycle) -> None:
    api = DescribedApi(lifecycle, title="t", version="1")
    before = api.openapi()
    assert api.openapi() is before
    await start()
    after = api.openapi()
    assert after is not before
    assert api.openapi() is after
