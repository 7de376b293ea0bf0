"""Sends a message to a webhook. Its URL is a secret: whoever has it can write there, so it is in no message of ours."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3

from slipway.errors import SlipwayError
from slipway.kubeconfig import cause

TIMEOUT: Final = 5.0
"""Seconds that an answer may take."""

PAUSES: Final = (1.0, 3.0)
"""Seconds before each further try."""

_WELL: Final = range(200, 300)
_BUSY: Final = (408, 425, 429)
_BROKEN: Final = 500


class Undelivered(SlipwayError):
    """The receiver didn't take the message."""


def send(url: str, document: Mapping[str, Any]) -> None:
    """Send a message; tried again while that may help, for some twenty seconds in all.

    Raises:
        Undelivered: it wasn't taken.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Undelivered("the webhook's URL is no URL, like https://hooks.example/…")
    body, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
    why = ""
    for pause in (0.0, *PAUSES):
        time.sleep(pause)
        try:
            answer = urllib3.request(
                "POST", url, body=body, headers=headers, timeout=TIMEOUT, retries=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            why = cause(error, TIMEOUT)
            continue
        if answer.status in _WELL:
            return
        why = f"answered {answer.status}"
        if answer.status not in _BUSY and answer.status < _BROKEN:
            break
    raise Undelivered(f"nobody was told: the webhook at {parts.hostname} {why}")
