"""`python -m service.verify.golden`: asks a new version its golden readings, again and again, for a while.

A Job of a release's analysis runs it beside the clients' requests. Its exit code is the verdict, and its last words
are the reason:

    0  every answer was right
    1  one was wrong: no more are asked, and it is no use to try again
    2  it could not ask, or got no answers: that says nothing of the version, and may be tried again
"""

import http.client
import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import cycle
from pathlib import Path
from typing import Final, Self

from modelstore.catalog import fetch_manifest
from modelstore.manifest import Golden, Manifest
from modelstore.store import Store
from modelstore.store_errors import StoreError, StoreUnavailable
from service.verify.last_words import TERMINATION_LOG, leave, say
from service.verify.wanted import VerificationFailed, number, value

PREDICT: Final = "/predict"
"""Where the service answers one reading."""

SYNTHETIC: Final = "X-Slipway-Synthetic"
"""Header with the token by which the service leaves a request out of its statistics."""

REFUSALS: Final = (422, 500)
"""Answers of a version that can't do what it was published to do; others are of its being busy, or not there."""

RIGHT, WRONG, UNASKED = range(3)
"""Exit codes."""

SILENCE_SECONDS: Final = 15.0
"""Without a right answer for so long, nobody answers."""

PAUSE: Final = 1.0
"""Seconds between two looks for a manifest in a store that is away."""

_SECONDS: Final = 5.0
"""How long one answer may take."""

_SHOWN: Final = 500
"""Bytes of an error that are repeated."""


class WrongAnswer(Exception):
    """The version answers otherwise than it did when it was published."""


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What is asked, of whom, how often and for how long.

    Attributes:
        url: of the new version's Service.
        store: URL of the models' store.
        name: of the model.
        version: of the model.
        manifest: its digest.
        token: marks the requests as Slipway's own.
        seconds: so long.
        per_second: so often.
    """

    url: str
    store: str
    name: str
    version: str
    manifest: str
    token: str
    seconds: float
    per_second: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment of the Job.

        Raises:
            VerificationFailed: a variable is missing or is no number where one is needed.
        """
        return cls(
            url=value(environment, "TARGET_URL").rstrip("/"),
            store=value(environment, "MODEL_STORE"),
            name=value(environment, "MODEL_NAME"),
            version=value(environment, "MODEL_VERSION"),
            manifest=value(environment, "MODEL_MANIFEST"),
            token=value(environment, "SYNTHETIC_TOKEN"),
            seconds=number(environment, "SECONDS", "seconds"),
            per_second=number(environment, "PER_SECOND", "readings"),
        )


def ask(questions: Questions, say: Callable[[str], object]) -> None:
    """Ask until the time is over.

    Raises:
        WrongAnswer: an answer is not within the manifest's tolerance.
        VerificationFailed: there were no answers.
        StoreError: the manifest can't be read.
    """
    begun = time.monotonic()
    manifest = _manifest(questions, begun + questions.seconds)
    right, heard, last = 0, time.monotonic(), "it was not asked once"
    for index in _paced(begun, questions, len(manifest.golden.inputs)):
        answer = _answer(questions, manifest, index)
        now = time.monotonic()
        if isinstance(answer, float):
            _compare(answer, manifest.golden, index)
            right, heard = right + 1, now
        else:
            last = answer
            if now >= heard + SILENCE_SECONDS:
                break
    if not right or time.monotonic() >= heard + SILENCE_SECONDS:
        raise VerificationFailed(f"{questions.url} gave no golden answer in {SILENCE_SECONDS:g} s: {last}")
    say(f"{right} golden readings were answered as published")


def _manifest(questions: Questions, deadline: float) -> Manifest:
    while True:
        try:
            store = Store.open(questions.store)
            return fetch_manifest(store, questions.name, questions.version, questions.manifest).manifest
        except StoreUnavailable:
            if time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE)


def _paced(begun: float, questions: Questions, readings: int) -> Iterator[int]:
    """Which reading is next, each at its time and none twice at once, until the time is over."""
    end, due = begun + questions.seconds, time.monotonic()
    for index in cycle(range(readings)):
        now = time.monotonic()
        if now < due:
            time.sleep(due - now)
        if max(now, due) >= end:
            return
        yield index
        due = max(due, time.monotonic() - 1) + 1 / questions.per_second  # what was slow is not made up for


def _answer(questions: Questions, manifest: Manifest, index: int) -> float | str:
    """The model's answer to a golden reading, or why there is none."""
    request = urllib.request.Request(  # noqa: S310 a Service of ours
        f"{questions.url}{PREDICT}",
        data=json.dumps(manifest.golden.inputs[index]).encode(),
        headers={"Content-Type": "application/json", SYNTHETIC: questions.token},
    )
    try:
        # A connection of its own for each question, so that all pods are asked.
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            return _other(response.headers, questions) or float(json.load(response)[manifest.output.name])
    except urllib.error.HTTPError as error:
        with error:
            said = f"{error.code} {error.read(_SHOWN).decode(errors='replace')}"
        other = _other(error.headers, questions)
        if error.code in REFUSALS and not other:
            raise WrongAnswer(f"{_reading(manifest.golden, index)}: {said}") from error
        return other or said
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    except (ValueError, TypeError, LookupError) as error:
        raise WrongAnswer(f"{_reading(manifest.golden, index)}: no answer of this model: {error!r}") from error


def _other(headers: Message, questions: Questions) -> str:
    """Which other version answered; empty when it was this one."""
    who = headers["X-Model-Version"], headers["X-Model-Manifest"]
    return "" if who == (questions.version, questions.manifest) else f"version {who[0]} ({who[1]}) answered"


def _compare(answer: float, golden: Golden, index: int) -> None:
    published, tolerance = golden.outputs[index], golden.tolerance
    if not abs(answer - published) <= tolerance:  # so written, NaN is wrong too
        raise WrongAnswer(
            f"{_reading(golden, index)}: the model answers {answer}, published was {published} (tolerance {tolerance})"
        )


def _reading(golden: Golden, index: int) -> str:
    return f"golden reading {dict(golden.inputs[index])}"


def main(termination_log: Path = TERMINATION_LOG) -> int:
    """Ask what the environment says; returns the process's exit code."""
    try:
        ask(Questions.from_environment(os.environ), say)
    except WrongAnswer as error:
        leave(str(error), termination_log)
        return WRONG
    except (VerificationFailed, StoreError) as error:
        leave(str(error), termination_log)
        return UNASKED
    except Exception as error:  # whatever it is, it says nothing of the version
        traceback.print_exc()
        leave(f"the golden readings could not be asked: {type(error).__name__}: {error}", termination_log)
        return UNASKED
    return RIGHT


if __name__ == "__main__":
    sys.exit(main())
