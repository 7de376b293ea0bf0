"""Golden readings, asked of a version again and again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelstore.manifest import digest
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, StoreUnavailable
from service.predictions import SYNTHETIC
from service.protocols import article
from service.verify import golden as module
from service.verify.golden import RIGHT, UNASKED, WRONG, Questions, WrongAnswer, ask
from service.verify.wanted import VerificationFailed
from tests.http_servers import Handler, answering
from tests.service.fakes import READING, manifest

ENVIRONMENT = {
    "TARGET_URL": "http://model-canary/",
    "MODEL_STORE": "s3://slipway-models/models",
    "MODEL_NAME": "box",
    "MODEL_VERSION": "1.1.0",
    "MODEL_MANIFEST": "sha256:" + "1" * 64,
    "SYNTHETIC_TOKEN": "a-token",
    "SECONDS": "60",
    "PER_SECOND": "5",
}


class Canary:
    """A version that answers a hundredth of the temperature, as it was published, unless a test says otherwise.

    Attributes:
        url: where it answers.
        asked: readings, in order.
        headers: of the last request.
        answers: what is answered instead, in turn: a status and a body.
        identity: headers of every answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, float]] = []
        self.headers: dict[str, str] = {}
        self.answers: list[tuple[int, Any]] = []
        self.identity = {"X-Model-Version": "1.1.0", "X-Model-Manifest": ""}

    def next(self, reading: dict[str, float]) -> tuple[int, Any]:
        self.asked.append(reading)
        return self.answers.pop(0) if self.answers else (200, {"failure_probability": reading["temperature"] / 100})


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()

    class Answers(Handler):
        def do_POST(self) -> None:
            reading = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            canary.headers = dict(self.headers.items()) | {"path": self.path}
            status, body = canary.next(reading)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in canary.identity.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with answering(Answers) as canary.url:
        yield canary


@pytest.fixture
def questions(canary: Canary, tmp_path: Path) -> Questions:
    readings = [READING | {"temperature": temperature} for temperature in (10.0, 20.0, 30.0)]
    golden = {"inputs": readings, "outputs": [0.1, 0.2, 0.3], "tolerance": 1e-6}
    content = manifest(name="box", version="1.1.0", golden=golden).to_bytes()
    Store.open(f"file://{tmp_path}/models", create=True).create("box/1.1.0/manifest.json", content)
    canary.identity["X-Model-Manifest"] = digest(content)
    return Questions(
        url=canary.url,
        store=f"file://{tmp_path}/models",
        name="box",
        version="1.1.0",
        manifest=digest(content),
        token="a-token",  # noqa: S106 it opens nothing
        seconds=0.5,
        per_second=50,
    )


@pytest.fixture
def said() -> list[str]:
    return []


class Clock:
    """Time that passes in pauses alone, so that a slow machine asks as much as a quick one."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] (pytest uses it)
    monkeypatch.setattr(module, "time", Clock())


def test_a_version_that_answers_as_it_was_published_is_asked_until_the_time_is_over(
    canary: Canary, questions: Questions, said: list[str]
) -> None:
    ask(questions, said.append)
    assert [each["temperature"] for each in canary.asked[:4]] == [10.0, 20.0, 30.0, 10.0]
    assert said == [f"{len(canary.asked)} golden readings were answered as published"]


def test_questions_are_marked_as_slipways_own(canary: Canary, questions: Questions, said: list[str]) -> None:
    ask(replace(questions, seconds=0.01), said.append)
    assert canary.headers["X-Slipway-Synthetic"] == "a-token"
    assert (canary.headers["path"], canary.headers["Connection"]) == ("/predict", "close")
    assert (module.PREDICT, module.SYNTHETIC.lower()) == (article.PREDICT, SYNTHETIC.decode())


def test_no_more_is_asked_than_was_said(canary: Canary, questions: Questions, said: list[str]) -> None:
    ask(replace(questions, per_second=10), said.append)
    assert len(canary.asked) in (5, 6)  # as the last bit has it


@pytest.mark.parametrize("off", [9e-7, -9e-7])
def test_the_last_bits_may_differ(off: float, canary: Canary, questions: Questions, said: list[str]) -> None:
    canary.answers = [(200, {"failure_probability": 0.1 + off})]
    ask(questions, said.append)


@pytest.mark.parametrize("answer", ["0.1001", "0.0999", "NaN", "Infinity"])
def test_the_first_wrong_answer_ends_it(answer: str, canary: Canary, questions: Questions, said: list[str]) -> None:
    canary.answers = [
        (200, {"failure_probability": 0.1}),
        (200, {"failure_probability": 0.2}),
        (200, {"failure_probability": 0.3}),
    ]
    canary.answers.append((200, f'{{"failure_probability": {answer}}}'.encode()))
    with pytest.raises(
        WrongAnswer, match=r"golden reading \{'temperature': 10\.0.*published was 0\.1 \(tolerance 1e-06\)"
    ):
        ask(questions, said.append)
    assert len(canary.asked) == 4


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"detail": "temperature is missing"}),
        (500, {"detail": "The model gave no finite number"}),
        (200, b"<html>"),
        (200, {"failure": 0.1}),
        (200, {"failure_probability": None}),
        (200, []),
    ],
)
def test_a_version_that_cannot_answer_its_own_readings_is_wrong(
    status: int, body: Any, canary: Canary, questions: Questions, said: list[str]
) -> None:
    canary.answers = [(status, body)]
    with pytest.raises(WrongAnswer, match="golden reading"):
        ask(questions, said.append)
    assert len(canary.asked) == 1


@pytest.mark.parametrize("status", [404, 408, 429, 502, 503, 504])
def test_a_version_that_is_busy_or_away_for_a_moment_is_not_wrong(
    status: int, canary: Canary, questions: Questions, said: list[str]
) -> None:
    canary.answers = [(200, {"failure_probability": 0.1}), (status, {"detail": "later"})]
    ask(questions, said.append)
    assert said == [f"{len(canary.asked) - 1} golden readings were answered as published"]


def test_a_version_that_never_answers_could_not_be_asked(
    canary: Canary, questions: Questions, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    canary.answers = [(503, {"detail": "loading"})] * 1000
    with pytest.raises(VerificationFailed, match=r'gave no golden answer in 15 s: 503 \{"detail": "loading"\}'):
        ask(questions, said.append)
    monkeypatch.setattr(module, "SILENCE_SECONDS", 0)
    asked = len(canary.asked)
    with pytest.raises(VerificationFailed, match="503"):
        ask(questions, said.append)
    assert len(canary.asked) == asked + 1


def test_a_version_that_falls_silent_could_not_be_asked(
    canary: Canary, questions: Questions, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECONDS", 0.2)
    canary.answers = [(200, {"failure_probability": 0.1})] + [(503, {"detail": "draining"})] * 1000
    with pytest.raises(VerificationFailed, match="503"):
        ask(replace(questions, seconds=30), said.append)


def test_nobody_there_could_not_be_asked(questions: Questions, said: list[str]) -> None:
    with pytest.raises(VerificationFailed, match="refused"):
        ask(replace(questions, url="http://127.0.0.1:9", seconds=0.1), said.append)


@pytest.mark.parametrize("name", ["X-Model-Version", "X-Model-Manifest"])
def test_another_version_behind_the_service_is_not_blamed_on_this_one(
    name: str, canary: Canary, questions: Questions, said: list[str]
) -> None:
    canary.identity[name] = "another"
    canary.answers = [(200, {"failure_probability": 0.9}), (422, {}), (500, {})] * 1000
    with pytest.raises(VerificationFailed, match=r"another.* answered"):
        ask(replace(questions, seconds=0.1), said.append)


def test_the_manifest_is_the_one_that_the_stack_names(questions: Questions, said: list[str]) -> None:
    with pytest.raises(DigestMismatch):
        ask(replace(questions, manifest="sha256:" + "0" * 64), said.append)


def test_a_store_that_is_away_is_waited_for_until_the_time_is_over(
    questions: Questions, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.1)
    errors = [StoreUnavailable("away")]
    read = Store.read

    def fails_first(self: Store, path: str, limit: int) -> bytes:
        if errors:
            raise errors.pop()
        return read(self, path, limit)

    monkeypatch.setattr(Store, "read", fails_first)
    ask(questions, said.append)
    errors.extend([StoreUnavailable("away")] * 100_000)
    with pytest.raises(StoreUnavailable):
        ask(replace(questions, seconds=0.01), said.append)


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(VerificationFailed, match=f"{name} is not set"):
        Questions.from_environment(ENVIRONMENT | {name: ""})


@pytest.mark.parametrize("name", ["SECONDS", "PER_SECOND"])
def test_what_is_no_number_is_named(name: str) -> None:
    with pytest.raises(VerificationFailed, match=f"{name} is '0', which is no number of"):
        Questions.from_environment(ENVIRONMENT | {name: "0"})


def test_the_job_says_what_is_asked() -> None:
    questions = Questions.from_environment(ENVIRONMENT)
    assert (questions.url, questions.seconds, questions.per_second) == ("http://model-canary", 60, 5)


@pytest.fixture
def program(questions: Questions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a Job that asks these; returns where its last words go."""
    of = {"TARGET_URL": questions.url, "MODEL_STORE": questions.store, "MODEL_MANIFEST": questions.manifest}
    for name, value in (ENVIRONMENT | of | {"SECONDS": "0.1"}).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "log"


def test_right_answers_exit_with_0(program: Path) -> None:
    assert module.main(program) == RIGHT == 0
    assert not program.exists()


def test_a_wrong_answer_exits_with_1_and_is_the_last_word(canary: Canary, program: Path) -> None:
    canary.answers = [(200, {"failure_probability": 0.9})]
    assert module.main(program) == WRONG == 1
    assert program.read_text().startswith("golden reading {'temperature': 10.0")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TARGET_URL", "http://127.0.0.1:9", "gave no golden answer"),
        ("MODEL_STORE", "file:///no/such/folder", "there is no such folder"),
        ("SECONDS", "soon", "SECONDS is 'soon'"),
        ("TARGET_URL", "model", "ValueError"),
    ],
)
def test_what_could_not_be_asked_exits_with_2_and_says_why(
    name: str, value: str, said: str, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert module.main(program) == UNASKED == 2
    assert said in program.read_text()
