"""`python -m service` itself, with TensorFlow and a model from a store."""

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from modelstore.manifest import digest
from service.settings import Settings
from tests.service import fakes
from tests.service.conftest import Save
from tests.service.fakes import READING
from tests.service.processes import SECONDS, running


@pytest.fixture
def published(save: Save, tmp_path: Path) -> Settings:
    """Settings for a real model in a store of its own."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in [save({"x": ([None, 4], "float32")})]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    described = [{"path": path, "sha256": digest(content), "size": len(content)} for path, content in files.items()]
    return fakes.settings(tmp_path, fakes.manifest(files=described), files)


def test_a_published_model_is_served_until_sigterm_and_no_request_is_lost(published: Settings) -> None:
    all_answered = Barrier(9, timeout=SECONDS)
    with running("service", published, DRAIN_SECONDS=5) as process, ThreadPoolExecutor(8) as pool:
        process.wait_until_ready()

        def send(number: int) -> list[tuple[int, float]]:
            """Readings one after another until the server asks to close the connection."""
            answers: list[tuple[int, float]] = []
            with httpx.Client(base_url=process.url, timeout=SECONDS) as client:
                for each in itertools.count():
                    answer = client.post("/predict", json=READING | {"temperature": (number + each) % 100})
                    answers.append(
                        (answer.status_code, answer.json()["failure_probability"] - (number + each) % 100 / 100)
                    )
                    if each == 0:
                        all_answered.wait()
                    if answer.headers.get("Connection") == "close":
                        return answers
            raise AssertionError

        running_load = [pool.submit(send, number) for number in range(8)]
        all_answered.wait()
        process.terminate()
        answers = [answer for each in running_load for answer in each.result()]
        assert process.exit_code() == 0
    assert len(answers) >= 16, "each sender had an answer before the end, and one that asked to close"
    assert {code for code, _ in answers} == {200}
    assert max(abs(error) for _, error in answers) < 1e-6


def test_a_tampered_model_never_gets_ready_and_the_log_says_why(published: Settings) -> None:
    store = Path(published.model_store.removeprefix("file://"))
    graph = store / published.model_name / published.model_version / "saved_model.pb"
    graph.write_bytes(graph.read_bytes().replace(b"probability", b"probabilitx"))
    with running("service", published) as process:
        line = process.message("model not loaded")
        assert (line["level"], "saved_model.pb" in line["message"]) == ("WARNING", True)
        answer = httpx.get(f"{process.probes}/readyz", timeout=SECONDS)
        assert answer.status_code == 503
        assert "saved_model.pb" in answer.json()["reason"]
        assert httpx.get(f"{process.probes}/livez", timeout=SECONDS).status_code == 200
        process.terminate()
        assert process.exit_code() == 0


def test_a_setting_that_is_missing_is_told_by_its_name() -> None:
    root = Path(__file__).parents[2]
    environment = {"MODEL_NAME": "No Name", "RELEASE": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "service"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    lines = result.stderr.splitlines()
    assert "environment variable MODEL_MANIFEST: Field required" in lines
    assert any(line.startswith("environment variable MODEL_NAME:") and "'No Name'" in line for line in lines)


def test_sigterm_is_obeyed_before_anything_is_imported() -> None:
    """As a container's first process it would otherwise be ignored until the grace period is over."""
    program = "import os, signal, service.__main__ as m; import service.settings as s\n"
    program += "s.Settings = lambda: os.kill(os.getpid(), signal.SIGTERM)\nm.main()\nraise SystemExit(3)"
    result = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert result.returncode == 0
