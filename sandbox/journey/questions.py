"""Asks the served model through the gateway, as a client would, and shows the answers.

With the platform's token the readings are known to be Slipway's own, and stay out of the model's statistics.
"""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console
from rich.table import Table

from infra.shared.namespaces import SYNTHETIC_TOKEN, SYNTHETIC_TOKEN_KEY
from sandbox.api import Api
from sandbox.errors import SandboxError
from service.predictions import SYNTHETIC

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


def ask(
    url: str,
    readings: Sequence[Mapping[str, float]] = READINGS,
    *,
    token: str = "",
    patience: float = 0.0,
    entrance: str | None = None,
) -> list[Answer]:
    """Send every reading to the model behind `url`.

    Args:
        url: the model's address at the gateway, without `/predict`.
        readings: one value per feature, in the card's units.
        token: proves them to be Slipway's own; without it they count as traffic.
        patience: for so many seconds an error is taken for a beginning: after a reboot, gateway and pods need a while.
        entrance: the address that the host of `url` has, where this machine doesn't know its name.

    Raises:
        NoAnswer: the gateway can't be reached or answers with an error.
    """
    end = time.monotonic() + patience
    headers = {"Content-Type": "application/json", SYNTHETIC.decode(): token}
    if entrance:
        url, headers["Host"] = through(url, entrance)
    return [Answer(reading, _patiently(f"{url}/predict", reading, headers, end)) for reading in readings]


def through(url: str, entrance: str) -> tuple[str, str]:
    """`url` at another address, and the host that it is to be asked for."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{entrance}{port}")), parts.netloc


def _patiently(url: str, reading: Mapping[str, float], headers: Mapping[str, str], end: float) -> Mapping[str, Any]:
    while True:
        try:
            return _post(url, reading, headers)
        except NoAnswer:
            if time.monotonic() >= end:
                raise
            time.sleep(PAUSE)


def _post(url: str, reading: Mapping[str, float], headers: Mapping[str, str]) -> Mapping[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (the gateway's own http address, from the platform's outputs)
        url, data=json.dumps(reading).encode(), headers=dict(headers)
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise NoAnswer(f"POST {url} was answered with {error.code}: {error.read().decode()[:200]}") from None
    except OSError as error:
        raise NoAnswer(f"POST {url} was not answered: {error}") from None


def token(kubeconfig: Path, namespace: str) -> str:
    """The token that the platform keeps in a serving namespace.

    Raises:
        NoAnswer: there is none.
    """
    with closing(Api(kubeconfig)) as api:
        found = api.get(f"/api/v1/namespaces/{namespace}/secrets/{SYNTHETIC_TOKEN}")
    if found is None:
        raise NoAnswer(f"namespace {namespace} has no Secret {SYNTHETIC_TOKEN}, which the platform keeps: bring it up")
    return base64.b64decode(found["data"][SYNTHETIC_TOKEN_KEY]).decode()


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
