"""What the gateway serves is what counts."""

import time
from dataclasses import replace

import pytest

from service.verify import read_back as module
from service.verify.read_back import TIMES, read_back
from service.verify.wanted import VerificationFailed, Wanted
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import SERVED, VERSION

NEVER = float("inf")
OLD = SERVED | {"model_version": "1.0.0"}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] pytest uses it
    monkeypatch.setattr(module, "PAUSE", 0)


def ask(wanted: Wanted, deadline: float = NEVER) -> list[str]:
    said: list[str] = []
    read_back(wanted, deadline, said.append)
    return said


def test_the_right_answer_must_come_again_and_again(fake: Fake, wanted: Wanted) -> None:
    fake.at(VERSION, SERVED)
    assert ask(wanted) == []
    assert len(fake.asked) == TIMES


def test_a_model_of_one_host_is_asked_for_by_it(fake: Fake, wanted: Wanted) -> None:
    fake.at(VERSION, SERVED)
    ask(replace(wanted, gateway_host="models.example.com"))
    assert fake.hosts == {"models.example.com"}


def test_an_old_answer_in_between_starts_the_count_anew(fake: Fake, wanted: Wanted) -> None:
    fake.at(VERSION, *[SERVED] * (TIMES - 1), OLD, SERVED)
    assert ask(wanted) == ["serves model_version '1.0.0', wanted '1.1.0'"]
    assert len(fake.asked) == 2 * TIMES


@pytest.mark.parametrize(
    ("key", "value"), [("model_version", "1.0.0"), ("manifest", "sha256:22"), ("release", "6e"), ("release", None)]
)
def test_another_release_is_told_with_both_values(key: str, value: object, fake: Fake, wanted: Wanted) -> None:
    fake.at(VERSION, SERVED | {key: value})
    with pytest.raises(VerificationFailed, match=rf"serves {key} {value!r}, wanted {SERVED[key]!r}"):
        ask(wanted, time.monotonic() + 0.05)


@pytest.mark.parametrize(
    ("status", "body", "said"), [(404, b"404 page not found", "answers 404"), (200, b"<html>", "gave no answer")]
)
def test_an_answer_that_is_none_is_told(status: int, body: bytes, said: str, fake: Fake, wanted: Wanted) -> None:
    fake.at(VERSION, body, status=status)
    with pytest.raises(VerificationFailed, match=f"Healthy, but the gateway {said}"):
        ask(wanted, time.monotonic() + 0.05)
