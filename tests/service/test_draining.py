"""The end of a process: SIGTERM in every phase, with a server that is real and a model that is not."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack

import httpx
import pytest

from service.batching import INLINE_SECONDS
from service.settings import Settings
from tests.service.fakes import READING
from tests.service.processes import SECONDS, Process, running

Run = Callable[..., Process]

SLOW = READING | {"temperature": 40.0}


@pytest.fixture
def run(settings: Settings) -> Iterator[Run]:
    with ExitStack() as stack:

        def start(**variables: object) -> Process:
            context: AbstractContextManager[Process] = running("tests.service.fake_service", settings, **variables)
            return stack.enter_context(context)

        yield start


def predict(url: str, connection: httpx.Client | None = None) -> httpx.Response:
    return (connection or httpx).post(f"{url}/predict", json=SLOW, timeout=SECONDS)


def wait_until_in_flight(process: Process) -> None:
    deadline = time.monotonic() + SECONDS
    with httpx.Client(base_url=process.probes, timeout=SECONDS) as client:
        while not re.search(r"^service_requests_in_flight\{.*\} 1\.0$", client.get("/metrics").text, re.M):
            assert time.monotonic() < deadline


def test_nothing_is_lost_between_sigterm_and_the_end(run: Run) -> None:
    process = run(DRAIN_SECONDS=5, PREDICT_SECONDS=0.3)
    process.wait_until_ready()
    with ThreadPoolExecutor(6) as pool, httpx.Client(timeout=SECONDS) as kept:
        assert kept.get(f"{process.url}/health").status_code == 200
        in_flight = [pool.submit(predict, process.url) for _ in range(4)]
        process.terminate()
        process.message("draining")
        # Gateways that do not know yet: one opens a connection, one uses the connection that it has.
        late = [pool.submit(predict, process.url), pool.submit(predict, process.url, kept)]
        assert httpx.get(f"{process.probes}/readyz", timeout=SECONDS).json()["status"] == "draining"
        assert httpx.get(f"{process.probes}/livez", timeout=SECONDS).status_code == 200
        answers = [each.result() for each in in_flight + late]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [answer.headers.get("Connection") for answer in answers[4:]] == ["close", "close"]
    assert process.exit_code() == 0


@pytest.mark.parametrize("golden", [0, 2 * INLINE_SECONDS], ids=["on the loop", "in the thread"])
def test_a_request_in_flight_when_the_sockets_close_is_answered(golden: float, run: Run) -> None:
    process = run(DRAIN_SECONDS=0, PREDICT_SECONDS=2, GOLDEN_SECONDS=golden)
    process.wait_until_ready()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(predict, process.url)
        wait_until_in_flight(process)
        process.terminate()
        assert answer.result().status_code == 200
    assert process.exit_code() == 0


def test_a_second_sigterm_changes_nothing(run: Run) -> None:
    process = run(DRAIN_SECONDS=5, PREDICT_SECONDS=0.5)
    process.wait_until_ready()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(predict, process.url)
        process.terminate()
        process.message("draining")
        process.terminate()
        second = pool.submit(predict, process.url)
        assert (first.result().status_code, second.result().status_code) == (200, 200)
    assert process.exit_code() == 0


def test_a_request_that_does_not_end_does_not_hold_up_the_end_for_ever(run: Run) -> None:
    process = run(
        DRAIN_SECONDS=0, FINISH_SECONDS=5, GOLDEN_SECONDS=2 * INLINE_SECONDS, PREDICT_SECONDS=3600, REQUEST_SECONDS=5
    )
    process.wait_until_ready()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(predict, process.url)
        wait_until_in_flight(process)
        process.terminate()
        assert process.exit_code() == 0
        with pytest.raises(httpx.HTTPError):
            answer.result().raise_for_status()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_while_loading_it_leaves_without_waiting_for_anything(number: signal.Signals, run: Run) -> None:
    process = run(DRAIN_SECONDS=3600, LOAD_SECONDS=3600)
    assert httpx.get(f"{process.probes}/readyz", timeout=SECONDS).json()["status"] == "loading"
    process.popen.send_signal(number)
    assert process.exit_code() == 0


def test_idle_connections_do_not_hold_up_the_end(run: Run) -> None:
    process = run(DRAIN_SECONDS=0)
    process.wait_until_ready()
    with httpx.Client(timeout=SECONDS) as client, process.connect():
        client.get(f"{process.url}/health")
        process.terminate()
        assert process.exit_code() == 0
