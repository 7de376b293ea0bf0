"""Asks the served model through the gateway, as a client would, and shows the answers.

The readings are marked as Slipway's own, so that they stay out of the model's statistics.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from sandbox.errors import SandboxError
from service.tracing import SYNTHETIC

# A pump that is well, one that wears, one about to fail: in the units of the included model's card.
READINGS: Final[Sequence[Mapping[str, float]]] = (
    {"temperature": 56.0, "vibration": 1.1, "pressure": 6.4, "rpm": 2880.0},
    {"temperature": 79.0, "vibration": 4.7, "pressure": 7.2, "rpm": 2890.0},
    {"temperature": 72.0, "vibration": 9.1, "pressure": 2.0, "rpm": 1470.0},
)
WIDE: Final = 120  # columns
ANSWER_WITHIN: Final = 10  # seconds
PAUSE: Final = 1.0  # seconds between two attempts


class NoAnswer(SandboxError):
    """The gateway did not answer a reading with a prediction; the message says what came instead."""


@dataclass(frozen=True)
class Answer:
    """A reading and what the model said to it."""

    reading: Mapping[str, float]
    prediction: Mapping[str, Any]


def ask(url: str, readings: Sequence[Mapping[str, float]] = READINGS, patience: float = 0.0) -> list[Answer]:
    """Send every reading to the model behind `url`.

    Args:
        url: the model's address at the gateway, without `/predict`.
        readings: one value per feature, in the card's units.
        patience: for so many seconds an error is taken for a beginning: after a reboot, gateway and pods need a while.

    Raises:
        NoAnswer: the gateway can't be reached or answers with an error.
    """
    end = time.monotonic() + patience
    return [Answer(reading, _patiently(f"{url}/predict", reading, end)) for reading in readings]


def _patiently(url: str, reading: Mapping[str, float], end: float) -> Mapping[str, Any]:
    while True:
        try:
            return _post(url, reading)
        except NoAnswer:
            if time.monotonic() >= end:
                raise
            time.sleep(PAUSE)


def _post(url: str, reading: Mapping[str, float]) -> Mapping[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (the gateway's own http address, from the platform's outputs)
        url, data=json.dumps(reading).encode(), headers={"Content-Type": "application/json", SYNTHETIC: "1"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise NoAnswer(f"POST {url} was answered with {error.code}: {error.read().decode()[:200]}") from None
    except OSError as error:
        raise NoAnswer(f"POST {url} was not answered: {error}") from None


def show(answers: Sequence[Answer], console: Console) -> None:
    """Print readings and predictions as a table."""
    first = answers[0]
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in (*first.reading, *first.prediction):
        table.add_column(name.replace("_", " "), justify="left" if name not in first.reading else "right", no_wrap=True)
    for answer in answers:
        table.add_row(*(_text(value) for value in (*answer.reading.values(), *answer.prediction.values())))
    # Whole even where the output is no terminal, or a narrow one: half a recommendation is none.
    Console(file=console.file, width=max(console.width, WIDE)).print(table)


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
