import io
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from starlette.datastructures import Headers

from sandbox.journey import questions
from sandbox.journey.questions import NoAnswer


class Gateway(HTTPServer):
    """Answers every reading with its sum, or with an error, and remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.refusals = 0
        self.asked: list[tuple[str, Headers]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/pump"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Gateway)
        reading = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, Headers(dict(self.headers.items()))))
        self.server.refusals -= 1
        self.send_response(503 if self.server.refusals >= 0 else self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"total": sum(reading.values())}).encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def test_every_reading_gets_its_answer(gateway: Gateway) -> None:
    answers = questions.ask(gateway.url, [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}])
    assert [answer.prediction for answer in answers] == [{"total": 3.0}, {"total": 7.0}]
    assert {path for path, _ in gateway.asked} == {"/pump/predict"}


def test_the_service_does_not_take_its_readings_for_traffic(gateway: Gateway) -> None:
    questions.ask(gateway.url, token="the platform's")  # noqa: S106 nobody's
    assert len(gateway.asked) == len(questions.READINGS)
    assert {headers["X-Slipway-Synthetic"] for _, headers in gateway.asked} == {"the platform's"}


@pytest.mark.parametrize("found", [{"data": {"token": "c2VjcmV0"}}, None])
def test_the_token_is_the_one_that_the_platform_keeps(
    found: dict[str, object] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class FakeApi:
        def __init__(self, kubeconfig: Path) -> None:
            assert kubeconfig == Path("/state/kubeconfig")

        def get(self, path: str) -> dict[str, object] | None:
            asked.append(path)
            return found

        def close(self) -> None: ...

    monkeypatch.setattr(questions, "Api", FakeApi)
    if found:
        assert questions.token(Path("/state/kubeconfig"), "serving") == "secret"
    else:
        with pytest.raises(NoAnswer, match="namespace serving has no Secret synthetic-token"):
            questions.token(Path("/state/kubeconfig"), "serving")
    assert asked == ["/api/v1/namespaces/serving/secrets/synthetic-token"]


def test_an_error_is_told_with_its_status_and_its_words(gateway: Gateway) -> None:
    gateway.status = 503
    with pytest.raises(NoAnswer, match=r"POST http://\S+/pump/predict was answered with 503: .*total"):
        questions.ask(gateway.url)


def test_with_patience_an_error_is_taken_for_a_beginning(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "PAUSE", 0.0)
    gateway.refusals = 2
    assert questions.ask(gateway.url, [{"a": 1.0}], patience=60)[0].prediction == {"total": 1.0}
    assert len(gateway.asked) == 3


def test_a_gateway_that_is_not_there_is_named() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and doesn't listen
        with pytest.raises(NoAnswer, match=r"POST http://\S+/pump/predict was not answered"):
            questions.ask(f"http://127.0.0.1:{silent.getsockname()[1]}/pump")


def test_a_table_shows_readings_and_answers_whole_however_narrow_the_place() -> None:
    place = io.StringIO()
    questions.show(
        [questions.Answer({"vibration": 4.7}, {"recommended_action": "Schedule inspection within 48 hours"})],
        Console(file=place, width=20),
    )
    assert "Schedule inspection within 48 hours" in place.getvalue()
    assert "4.7" in place.getvalue()


def test_a_name_that_this_machine_does_not_know_is_asked_for_at_an_address(gateway: Gateway) -> None:
    url = f"http://models.staging.internal:{gateway.server_port}/pump"
    questions.ask(url, [{"a": 1.0}], entrance="127.0.0.1")
    ((path, headers),) = gateway.asked
    assert path == "/pump/predict"
    assert headers["Host"] == f"models.staging.internal:{gateway.server_port}"
