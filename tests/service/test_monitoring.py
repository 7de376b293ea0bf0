"""Probes and metrics in a thread of their own."""

import threading
import time
from pathlib import Path

import httpx
import pytest

from service import listening
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.monitoring import create_monitoring, monitored
from tests.service import fakes
from tests.service.processes import SECONDS, running
from tests.service.test_connections import REQUEST


def test_it_answers_while_the_context_lasts_and_ends_with_it(lifecycle: Lifecycle) -> None:
    app = create_monitoring(lifecycle, Heartbeat(), fakes.metrics(lifecycle))
    listens = listening.on("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listens.getsockname()[1]}"
    with monitored(app, listens, [("X-Slipway-Release", "7")]):
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                answer = httpx.get(f"{url}/readyz", timeout=SECONDS)
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline
        assert (answer.status_code, answer.headers["X-Slipway-Release"]) == (503, "7")
        assert httpx.get(f"{url}/metrics", timeout=SECONDS).status_code == 200
        assert httpx.get(f"{url}/openapi.json", timeout=SECONDS).status_code == 404
    assert "monitoring" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/readyz", timeout=SECONDS)


def test_it_answers_while_the_loop_of_the_predictions_hangs(tmp_path: Path) -> None:
    """The first slow call is made on the loop, because the model was known to be quick."""
    with running("tests.service.fake_service", fakes.settings(tmp_path), PREDICT_SECONDS=3600) as process:
        process.wait_until_ready()
        with process.connect() as hung:
            hung.sendall(REQUEST.replace(b"85.0", b"40.0"))
            process.message("asked on MainThread")
            for path in ("/livez", "/readyz", "/metrics"):
                assert httpx.get(f"{process.probes}{path}", timeout=SECONDS).status_code == 200
