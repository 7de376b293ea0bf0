import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

import pytest

from modelstore.manifest import digest
from slipway.releases.smoke import Smoke
from tests.http_servers import Handler, answering
from tests.slipway.models.manifests import manifest

MANIFEST = manifest()
TOKEN = "t"  # noqa: S105 - nobody's
DIGEST = digest(MANIFEST.to_bytes())


@dataclass
class Model:
    """What it serves; a test changes something of it."""

    version: str = MANIFEST.version
    loaded: bool = True
    answer: float = 0.50005
    strict: bool = True
    url: str = ""
    heads: list[Message] = field(default_factory=list[Message])

    def respond(self, path: str, body: bytes) -> tuple[int, object]:
        if path.endswith("/health"):
            return 200, {"status": "healthy", "model_loaded": self.loaded}
        if path.endswith("/version"):
            return 200, {"model_name": "tiny_model", "model_version": self.version, "manifest": DIGEST, "release": "r"}
        try:
            asked = json.loads(body)
        except ValueError:
            return (422 if self.strict else 500), {"detail": "no JSON"}
        readings = asked.get("readings", [asked])
        for reading in readings:
            wrong = [name for name in ("x1", "x2") if not -10 <= reading.get(name, 99) <= 10]
            if wrong and self.strict:
                return 422, {"detail": [{"field": wrong[0]}]}
        answers = [{"p": self.answer} for _ in readings]
        return 200, {"predictions": answers} if "readings" in asked else answers[0]


@pytest.fixture
def model() -> Iterator[Model]:
    served = Model()

    class Answers(Handler):
        def do_GET(self) -> None:
            served.heads.append(self.headers)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = served.respond(self.path, body)
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET

    with answering(Answers) as url:
        served.url = f"{url}/route"
        yield served


def wrong(model: Model) -> list[str]:
    return [check.wrong for check in Smoke(model.url, MANIFEST, DIGEST).run() if check.wrong]


def test_a_model_that_answers_as_published_passes(model: Model) -> None:
    checks = Smoke(model.url, MANIFEST, DIGEST, token=TOKEN, host="models.example").run()
    assert [check.wrong for check in checks] == [""] * 7
    assert {head["X-Slipway-Synthetic"] for head in model.heads} == {TOKEN}
    assert {head["Host"] for head in model.heads} == {"models.example"}


def test_nobody_is_told_a_token_that_isnt_there(model: Model) -> None:
    assert wrong(model) == []
    assert {head["X-Slipway-Synthetic"] for head in model.heads} == {None}


def test_another_version_is_told(model: Model) -> None:
    model.version = "0.9.0"
    assert wrong(model) == ["/version says model_version '0.9.0', not '1.0.0'"]


def test_a_model_that_isnt_loaded_is_told(model: Model) -> None:
    model.loaded = False
    assert wrong(model) == ["/health says that no model is loaded"]


@pytest.mark.parametrize("answer", [0.5002, float("nan")])
def test_an_answer_beyond_the_tolerance_is_told_alone_and_in_a_batch(answer: float, model: Model) -> None:
    model.answer = answer
    one, batch = wrong(model)
    assert one == f"reading {{'x1': 1.0, 'x2': 2.0}}: p is {answer!r}, published was 0.5 (tolerance 0.0001)"
    assert batch.startswith("reading 1 of the batch: p is")


def test_a_model_that_takes_anything_is_told(model: Model) -> None:
    model.strict = False
    missing, out_of_range, no_json = wrong(model)
    assert missing == out_of_range == """it got 200 {"p": 0.50005}, not 422 that names x1"""
    assert no_json == "it got 500, not 422"


def test_nobody_there_fails_each_check(model: Model) -> None:
    model.url = "http://127.0.0.1:1"
    told = wrong(model)
    assert len(told) == 7
    assert "http://127.0.0.1:1 can't be reached" in told[0]
