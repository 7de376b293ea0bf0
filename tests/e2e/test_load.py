"""The load tells what became of its requests, above all when it isn't what it should be."""

import json
import time
from typing import Any, ClassVar

import pytest

from sandbox.journey.questions import READINGS
from tests.e2e import load
from tests.e2e.load import Load, Tally
from tests.http_servers import Handler, answering

RIGHT = {"1.0.0": [{"vibration": reading["vibration"]} for reading in READINGS]}


class Answers(Handler):
    """Answers with the reading's vibration, and counts the connections."""

    protocol_version = "HTTP/1.1"
    connections: ClassVar[list[Any]] = []

    def setup(self) -> None:
        super().setup()
        self.connections.append(self.client_address)

    def answer(self) -> dict[str, float]:
        return {"vibration": json.loads(self.rfile.read(int(self.headers["Content-Length"])))["vibration"]}

    def do_POST(self) -> None:
        content = json.dumps(self.answer()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Model-Version", "1.0.0")
        self.end_headers()
        self.wfile.write(content)


class Mistaken(Answers):
    """Answers every reading alike."""

    def answer(self) -> dict[str, float]:
        return super().answer() | {"vibration": READINGS[0]["vibration"]}


class Refuses(Handler):
    def do_POST(self) -> None:
        self.send_error(503)


class Leaves(Handler):
    def do_POST(self) -> None:
        self.close_connection = True


def loaded(handler: type[Handler], **options: Any) -> Tally:
    """What became of some requests."""
    with answering(handler) as url, Load(f"{url}/predict", 100.0, **options) as running:
        while running.tally.sent < 30:
            time.sleep(0.01)
    return running.tally


def test_every_second_request_has_a_connection_of_its_own() -> None:
    Answers.connections.clear()
    tally = loaded(Answers, fresh=True, right=RIGHT)
    assert tally.lost == {}
    assert tally.versions == {"1.0.0": tally.sent}
    assert tally.fresh == tally.sent // 2
    assert tally.fresh < len(Answers.connections) < tally.sent


def test_connections_are_kept_unless_others_are_asked_for() -> None:
    Answers.connections.clear()
    tally = loaded(Answers)
    assert tally.fresh == 0
    assert len(Answers.connections) < tally.sent


@pytest.mark.parametrize(
    ("handler", "right", "lost"),
    [
        (Mistaken, RIGHT, 2 / 3),
        (Answers, {"1.1.0": RIGHT["1.0.0"]}, 1.0),
        (Refuses, None, 1.0),
        (Leaves, None, 1.0),
    ],
)
def test_what_is_no_right_answer_is_lost(handler: type[Handler], right: Any, lost: float) -> None:
    tally = loaded(handler, right=right)
    assert tally.lost.total() == pytest.approx(lost * tally.sent, abs=1)
    assert tally.lost.total() + tally.versions.total() == tally.sent


def wait_for_its_end(running: Load) -> None:
    while running.works:
        time.sleep(0.01)


def test_a_load_that_ends_too_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LONGEST", 0.1)
    with answering(Answers) as url, pytest.raises(RuntimeError, match="before its block"), Load(url, 100.0) as running:
        wait_for_its_end(running)


def test_it_goes_nowhere_else() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        Load("http://192.0.2.1/predict", 1.0)
