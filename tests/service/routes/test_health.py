"""The article's health and what is served."""

import httpx
import pytest

from modelstore.manifest import Manifest, digest
from tests.service import fakes
from tests.service.conftest import PROBES, Start
from tests.service.routes.test_probes import refuse

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("where", ["", PROBES])
async def test_health_says_whether_the_model_is_loaded(where: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{where}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy", "model_loaded": True})


async def test_health_is_answered_without_a_model(start: Start) -> None:
    client = await start(refuse)
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy", "model_loaded": False})


async def test_the_version_is_the_loaded_models(client: httpx.AsyncClient) -> None:
    published: Manifest = fakes.manifest()
    assert (await client.get("/version")).json() == {
        "model_name": published.name,
        "model_version": published.version,
        "manifest": digest(published.to_bytes()),
        "release": "7",
    }


async def test_a_model_that_is_not_loaded_has_no_version(start: Start) -> None:
    client = await start(refuse)
    answer = await client.get("/version")
    assert (answer.status_code, answer.json()) == (503, {"detail": "Model not loaded"})
