"""Predictions of pods are traced, through the network policy that lets them reach a collector: `make soak`."""

import time
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.journey.questions import READINGS
from tests.e2e.cluster import Cluster
from tests.e2e.serving import MODEL, NAMESPACE, Serving
from tests.service.tracing.collectors import collecting

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600), pytest.mark.usefixtures("no_preview")]

PORT: Final = 8097
REQUESTS: Final = 20
UNTIL_SENT: Final = 10.0
"""Seconds, twice as long as spans wait for others."""
TRACE: Final = "0af7651916cd43dd8448eb211c80319c"


def test_traced_predictions_reach_the_collector_that_the_stack_names_and_no_other(
    e2e: Serving, cluster: Cluster
) -> None:
    host = str(urlsplit(cluster.access.store).hostname)  # where pods reach this machine
    config = e2e.base["config"]
    said = {"endpoint": f"http://{host}:{PORT}", "ratio": 1}
    with collecting(host, PORT) as collector:
        try:
            config["slipway:tracing"] = {**said, "addresses": [{"cidr": f"{host}/32", "port": PORT}]}
            e2e.release(e2e.settle())
            for _ in range(REQUESTS):
                headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
                assert httpx.post(f"{e2e.url}/predict", json=READINGS[0], headers=headers).status_code == 200
            collector.wait(
                lambda it: len([span for span in it.named("POST /predict") if span.trace_id == TRACE]) == REQUESTS
            )
            assert collector.resource["service.name"] == MODEL
            assert collector.resource["k8s.namespace.name"] == NAMESPACE

            # New pods, without a connection yet, whose policy lets them reach another place: they answer all the same.
            config["slipway:tracing"] = {**said, "addresses": [{"cidr": f"{host}/32", "port": PORT + 1}]}
            e2e.release(e2e.settle(), cache="258Mi")
            before = len(collector.spans)
            for _ in range(REQUESTS):
                assert httpx.post(f"{e2e.url}/predict", json=READINGS[0]).status_code == 200
            time.sleep(UNTIL_SENT)
            assert len(collector.spans) == before
        finally:
            config.pop("slipway:tracing", None)
            e2e.release("1.0.0")
