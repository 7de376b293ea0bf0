from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain

from tests.service.conftest import PROBES

pytestmark = pytest.mark.anyio

ARTICLES = {"model_predictions", "model_prediction_latency_seconds"}


async def test_prometheus_can_read_the_metrics(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PROBES}/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert {family.name for family in plain(answer.text)} >= ARTICLES


async def test_they_are_open_metrics_for_who_asks_for_them(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PROBES}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    untyped: Any = open_metrics
    assert {family.name for family in untyped.text_string_to_metric_families(answer.text)} >= ARTICLES
