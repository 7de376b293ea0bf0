"""A pod of several processes behaves as one of one."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.load.fake_models import Fake
from tests.load.serving import VARIABLE
from tests.service import fakes
from tests.service.fakes import READING
from tests.service.processes import SECONDS, Process, running

PROCESSES = 2


def started(folder: Path, **variables: object) -> AbstractContextManager[Process]:
    variables = {VARIABLE: Fake(seconds=0.001).json(), "PROCESSES": PROCESSES, "DRAIN_SECONDS": 1} | variables
    return running("tests.load.fake_models", fakes.settings(folder), **variables)


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Process]:
    """One that a test may end."""
    with started(tmp_path) as process:
        process.wait_until_ready()
        yield process


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One that goes on."""
    with started(tmp_path_factory.mktemp("pod")) as process:
        process.wait_until_ready()
        yield process


def workers(pod: Process) -> list[int]:
    pid = pod.popen.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def predict(pod: Process) -> httpx.Response:
    """On a connection of its own."""
    return httpx.post(f"{pod.url}/predict", json=READING, timeout=SECONDS, trust_env=False)


def counted(pod: Process, name: str, **labels: str) -> float:
    told = httpx.get(f"{pod.probes}/metrics", timeout=SECONDS, trust_env=False).text
    [found] = [
        sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return found


def runs(pid: int) -> bool:
    """Whether it does; one that has ended may stay in the table where nobody asks for its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + SECONDS
    while any(runs(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_what_each_counts_adds_up(lasting: Process) -> None:
    pod = lasting
    assert len(workers(pod)) == PROCESSES
    names = ("model_predictions_total", "model_prediction_latency_seconds_count")
    before = [counted(pod, name, status="success") for name in names]
    answers = [predict(pod) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert [counted(pod, name, status="success") for name in names] == [each + len(answers) for each in before]
    assert counted(pod, "service_requests_in_flight") == 0
    assert counted(pod, "model_loaded") == 1
    assert counted(pod, "service_state", state="ready") == 1
    assert counted(pod, "service_state", state="loading") == 0
    assert httpx.get(f"{pod.probes}/livez", trust_env=False).json() == {"status": "alive", "reason": ""}
    assert httpx.get(f"{pod.probes}/health", trust_env=False).json() == {"status": "healthy", "model_loaded": True}


def test_sigterm_drains_all_and_the_pod_ends_well(tmp_path: Path) -> None:
    with started(tmp_path, DRAIN_SECONDS=3600) as pod:
        pod.wait_until_ready()
        pids = workers(pod)
        pod.terminate()
        pod.message("draining")
        ready = httpx.get(f"{pod.probes}/readyz", timeout=SECONDS, trust_env=False)
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")
        assert predict(pod).status_code == 200
        assert [runs(pid) for pid in pids] == [True] * PROCESSES
        pod.popen.send_signal(signal.SIGINT)
        assert pod.exit_code() == 0
        assert gone(pids)


def test_after_its_drain_the_pod_ends_well(pod: Process) -> None:
    pids = workers(pod)
    pod.terminate()
    assert pod.exit_code() == 0
    assert gone(pids)


def test_where_one_ends_all_end_and_the_pod_is_counted_as_failed(pod: Process) -> None:
    pids = workers(pod)
    os.kill(pids[0], signal.SIGKILL)
    assert pod.exit_code() == 1
    assert gone(pids)
    said = pod.message("a process ended")
    assert (said["number"], said["exit_code"]) == (1, -signal.SIGKILL)


def test_whose_parent_is_killed_ends_too(pod: Process) -> None:
    pids = workers(pod)
    pod.popen.kill()
    assert gone(pids)


def test_one_that_does_not_answer_is_named_and_what_it_counted_stays(lasting: Process) -> None:
    pod = lasting
    for _ in range(20):
        predict(pod)
    before = counted(pod, "model_predictions_total", status="success")
    pids = workers(pod)
    os.kill(pids[1], signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(3) as pool:
            urls = [f"{pod.probes}/{probe}" for probe in ("livez", "readyz")]
            probes = [pool.submit(httpx.get, url, timeout=SECONDS, trust_env=False) for url in urls]
            after = pool.submit(counted, pod, "model_predictions_total", status="success")
        for told in probes:
            assert told.result().status_code == 503
            assert told.result().json()["reason"] == "process 2: it does not answer"
        assert after.result() == before
    finally:
        os.kill(pids[1], signal.SIGCONT)
    pod.wait_until_ready()


@pytest.mark.parametrize("variable", ["LISTEN_PORT", "MONITORING_PORT"])
def test_an_address_that_is_taken_is_told_before_any_process_begins(variable: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, **{variable: port}) as process:
            assert f"{variable}={port} cannot be listened on" in process.line(lambda line: "PORT" in line)
            assert process.exit_code() == 1
