"""Tells a webhook what a command has come to, by the ledger: whoever wrote it there, and however the command ended."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from modelstore.history import Entry, Event
from modelstore.store_errors import StoreError
from slipway.errors import SlipwayError
from slipway.notifications.message import message
from slipway.notifications.webhook import send
from slipway.releases.place import Place

WEBHOOK: Final = "SLIPWAY_WEBHOOK"
"""Variable with the URL of a webhook; without it nobody is told."""

RUN: Final = "SLIPWAY_RUN_URL"
"""Variable with a link to the pipeline's run."""

TOLD: Final = (Event.PROMOTED, Event.ABORTED, Event.ROLLED_BACK)
"""What people are told of."""


@contextmanager
def announced(place: Place, say: Callable[[str], object]) -> Generator[None]:
    """Tell what becomes of releases while the block runs; whatever goes wrong with that, the block ends as it does."""
    url = os.environ.get(WEBHOOK)
    if not url:
        yield
        return
    # By the time, and not by what there was before: who aborts can't wait until a store has told that.
    begun = now()
    try:
        yield
    finally:
        tell(url, place, [one for one in _entries(place, say) if one.at >= begun], say)


def tell(url: str, place: Place, entries: Sequence[Entry], say: Callable[[str], object]) -> bool:
    """Tell a webhook of entries; returns whether all of them were taken."""
    whole, stack = True, f"{place.project}/{place.stack}"
    for entry in entries:
        if entry.event not in TOLD:
            continue
        try:
            send(url, message(entry, stack, os.environ.get(RUN)))
        except SlipwayError as error:
            say(str(error))
            whole = False
    return whole


def now() -> datetime:
    """The time, which entries have to the second and finer."""
    return datetime.now(UTC)


def _entries(place: Place, say: Callable[[str], object]) -> tuple[Entry, ...]:
    try:
        return place.history().entries
    except (StoreError, SlipwayError) as error:
        say(f"nobody was told: the ledger can't be read ({error})")
        return ()
