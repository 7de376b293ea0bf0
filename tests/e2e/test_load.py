"""The load tells what became of its requests, above all when it isn't what it should be."""

import json
import random
import time
from typing import Any, ClassVar

import httpx
import pytest

from sandbox.journey.questions import READINGS
from tests.e2e import load
from tests.e2e.load import Load, Tally
from tests.http_servers import Handler, answering

RIGHT = {"1.0.0": [{"vibration": reading["vibration"]} for reading in READINGS]}


class Answers(Handler):
    """Answers with the reading's vibration, and notes what it was asked and by which connection."""

    protocol_version = "HTTP/1.1"
    connections: ClassVar[list[Any]] = []
    asked: ClassVar[list[float]] = []

    def setup(self) -> None:
        super().setup()
        self.connections.append(self.client_address)

    def answer(self) -> dict[str, float]:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["vibration"])
        return {"vibration": self.asked[-1]}

    def do_POST(self) -> None:
        content = json.dumps(self.answer()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Model-Version", "1.0.0")
        self.send_header("X-Slipway-Release", "1a2b")
        self.end_headers()
        self.wfile.write(content)


class Mistaken(Answers):
    """Answers every reading alike."""

    def answer(self) -> dict[str, float]:
        return super().answer() | {"vibration": READINGS[0]["vibration"]}


class Refuses(Handler):
    def do_POST(self) -> None:
        self.send_error(503)


class Busy(Answers):
    """Refuses everyone for a second, and tells them so."""

    free: ClassVar[float] = 0.0

    def do_POST(self) -> None:
        if time.monotonic() >= self.free:
            super().do_POST()
            return
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(429)
        self.send_header("Content-Length", "0")
        self.send_header("Retry-After", "1")
        self.end_headers()


class Leaves(Handler):
    def do_POST(self) -> None:
        self.close_connection = True


def loaded(handler: type[Handler], **options: Any) -> Tally:
    """What became of some requests."""
    Answers.asked.clear()
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


@pytest.mark.parametrize(("handler", "right"), [(Answers, {"1.1.0": RIGHT["1.0.0"]}), (Refuses, None), (Leaves, None)])
def test_what_is_no_right_answer_is_lost(handler: type[Handler], right: Any) -> None:
    tally = loaded(handler, right=right)
    assert tally.lost.total() == tally.sent
    assert tally.versions == {}


def test_who_is_told_when_to_come_back_comes_back_then() -> None:
    Busy.free = time.monotonic() + 1
    tally = loaded(Busy, retries=1)
    assert tally.lost == {}
    assert 0 < tally.retried <= tally.sent


def test_the_answer_to_another_reading_is_lost() -> None:
    tally = loaded(Mistaken, right=RIGHT)
    assert tally.versions.total() == Answers.asked.count(READINGS[0]["vibration"])
    assert tally.lost.total() == tally.sent - tally.versions.total() > 0


def test_it_is_known_when_which_release_answered_and_when_what_was_lost() -> None:
    begun = time.monotonic()
    tally = loaded(Mistaken, right=RIGHT)
    assert {release: len(when) for release, when in tally.releases.items()} == {"1a2b": tally.sent}
    assert len(tally.lost_at) == tally.lost.total() > 0
    assert all(begun < one < time.monotonic() for one in (*tally.lost_at, *tally.releases["1a2b"]))
    assert loaded(Refuses).releases == {}


class Noted(Load):
    """Notes which readings are asked, and asks nobody."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9/predict", load.FASTEST)
        self.chosen: list[int] = []

    async def _one(self, client: httpx.AsyncClient, which: int) -> None:
        self.chosen.append(which)


def chosen(seed: int, at_least: int) -> list[int]:
    random.seed(seed)
    with Noted() as running:
        while len(running.chosen) < at_least:
            time.sleep(0.01)
    return running.chosen


@pytest.mark.parametrize("share", [3, 10])
def test_who_is_given_every_third_or_tenth_request_gets_all_readings(share: int) -> None:
    found = chosen(seed=1, at_least=200)
    assert all(set(found[first::share]) == set(range(len(READINGS))) for first in range(share))


def test_the_same_seed_gives_the_same_readings() -> None:
    first, second = (chosen(seed=2, at_least=50)[:50] for _ in range(2))
    assert first == second


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
