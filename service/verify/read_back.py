"""What clients are served: /version through the gateway, again and again."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Final

from service.verify.wanted import VerificationFailed, Wanted

TIMES: Final = 20
"""Right answers in a row. With one of ten requests still going elsewhere, that happens in 12 % of cases."""

PAUSE: Final = 0.25
"""Seconds between two questions."""

_SECONDS: Final = 5.0


def read_back(wanted: Wanted, deadline: float, say: Callable[[str], object]) -> None:
    """Ask until the gateway has answered as wanted `TIMES` times in a row.

    Args:
        wanted: what it should answer.
        deadline: when to give up, on the monotonic clock.
        say: told of each new wrong answer.

    Raises:
        VerificationFailed: it hasn't by then; says what it answered instead.
    """
    right, last = 0, ""
    while right < TIMES:
        difference = _difference(_served(wanted), wanted)
        right = 0 if difference else right + 1
        if difference and difference != last:
            say(difference)
        last = difference or last
        if time.monotonic() > deadline:
            raise VerificationFailed(f"the Rollout is Healthy, but the gateway {last or 'answers too slowly'}")
        time.sleep(PAUSE)


def _served(wanted: Wanted) -> dict[str, Any] | str:
    url = f"{wanted.gateway_url}/version"
    headers = {"Host": wanted.gateway_host} if wanted.gateway_host else {}
    try:
        # A connection of its own for each question, so that the gateway chooses anew.
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 our gateway
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return f"answers {error.code} at {url}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"gave no answer at {url}: {error}"


def _difference(served: dict[str, Any] | str, wanted: Wanted) -> str:
    if isinstance(served, str):
        return served
    expected = {
        "model_version": wanted.model_version,
        "manifest": wanted.model_manifest,
        "release": wanted.release,
    }
    wrong = [
        f"{key} {served.get(key)!r}, wanted {value!r}" for key, value in expected.items() if served.get(key) != value
    ]
    return f"serves {'; '.join(wrong)}" if wrong else ""
