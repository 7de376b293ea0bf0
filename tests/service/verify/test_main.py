"""The program: its exit code, its lines, its last words."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.verify import __main__ as program
from service.verify.api_server import ApiServer
from service.verify.wanted import VerificationFailed
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import DEPLOYMENT, PODS, REPLICA_SETS, ROLLOUT, deployment, rollout
from tests.service.verify.test_wanted import ENVIRONMENT


@pytest.fixture
def termination_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MODEL_STORE", f"file://{tmp_path}/models")
    (tmp_path / "releases").mkdir()
    monkeypatch.setattr(program.ApiServer, "from_pod", lambda _: None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] stands for a cluster
    return tmp_path / "termination-log"


def test_a_release_that_is_served_exits_with_0(termination_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.Verification, "run", lambda self: self.say("served"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType, reportUnknownMemberType] a stub
    assert program.main(termination_log) == 0
    assert not termination_log.exists()


def test_a_release_that_is_not_served_leaves_the_reason_as_one_line(
    termination_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise VerificationFailed("was aborted:\n  " + "é" * 5000)

    monkeypatch.setattr(program.Verification, "run", fail)
    assert program.main(termination_log) == 1
    content = termination_log.read_bytes()
    assert content.startswith("was aborted: éé".encode())
    assert len(content) < 4096
    assert "failed: was aborted: éé" in capsys.readouterr().out


def test_a_pod_without_its_token_says_so(
    termination_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ApiServer(url="http://127.0.0.1:9", token=termination_log / "token", tls=None)
    monkeypatch.setattr(program.ApiServer, "from_pod", lambda _: missing)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] stands for a cluster
    assert program.main(termination_log) == 1
    reason = "the verification itself broke off with FileNotFoundError: [Errno 2] No such file or directory"
    assert termination_log.read_text().startswith(reason)
    captured = capsys.readouterr()
    assert f"failed: {reason}" in captured.out
    assert "Traceback" in captured.err


def test_a_verification_outside_of_a_cluster_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MODEL_STORE", f"file://{tmp_path}/models")
    (tmp_path / "releases").mkdir()
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert program.main(tmp_path / "log") == 1
    assert "broke off with KeyError: 'KUBERNETES_SERVICE_HOST'; the Job's log" in (tmp_path / "log").read_text()


def test_a_malformed_pod_is_no_silent_end(
    fake: Fake, termination_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program.ApiServer, "from_pod", lambda _: fake.api(tmp_path))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] stands for a cluster
    fake.at(ROLLOUT, rollout("Progressing"))
    fake.at(DEPLOYMENT, deployment())
    fake.at(REPLICA_SETS, {"items": []})
    fake.at(PODS, {"items": [{"metadata": {"name": "pod-1"}}]})
    assert program.main(termination_log) == 1
    assert "broke off with KeyError: 'spec'" in termination_log.read_text()


def test_a_store_that_cannot_work_is_told(termination_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_STORE", "models")
    assert program.main(termination_log) == 1
    assert "is not a model store" in termination_log.read_text()


def test_it_starts_without_the_service_and_its_libraries() -> None:
    code = "import sys, service.verify.__main__, service.verify.golden; "
    code += "print(sorted({'fastapi', 'numpy', 'orjson', 'starlette', 'tensorflow', 'uvicorn'} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False
    )
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
