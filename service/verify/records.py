"""The ledger, as a verification uses it: read while it can be, and written until it is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from modelstore.history import Entry, Event, Figure, Happened, History, Served
from modelstore.ledger import Ledger
from modelstore.store_errors import StoreError, StoreUnavailable
from service.verify.closing import Verdict
from service.verify.wanted import VerificationFailed, Wanted

PAUSE: Final = 2.0
"""Seconds between two tries of a store that is away."""

Written = TypeVar("Written")


@dataclass(kw_only=True)
class Records:
    """What is remembered of the model, and of this release from now on.

    Attributes:
        ledger: of the model.
        wanted: the release.
        say: told of what could not be read or written.
        patience: seconds that a store which is away is given.
    """

    ledger: Ledger
    wanted: Wanted
    say: Callable[[str], object]
    patience: float = 30.0
    _asked: float | None = field(default=None, init=False)

    def history(self) -> History | None:
        """What happened so far; None when nobody can tell, and it is no use to wait for it any longer.

        Raises:
            StoreUnavailable: the store is away; it may be back soon.
        """
        self._asked = self._asked or time.monotonic()
        try:
            return self.ledger.read()
        except StoreError as error:
            if isinstance(error, StoreUnavailable) and time.monotonic() < self._asked + self.patience:
                raise
            self.say(f"the ledger can't be read: {error}")
            return None

    def begun(self, previous: Served | None) -> None:
        """Remember that the release is tried.

        Raises:
            StoreError: the ledger can't be written now.
        """
        self.ledger.append(self._happened(Event.RELEASED, previous))

    def aborted(
        self, reason: str, figures: Mapping[str, Figure], previous: Served | None, *, serves: bool
    ) -> Entry | None:
        """Remember that it was taken off; the entry may be somebody else's who has written it before.

        Args:
            reason: why.
            figures: that it was judged by.
            previous: what served before it.
            serves: it is what the cluster has as the stable one, as far as anybody could look. Then nothing was taken
                off where the ledger says so too.

        Returns:
            The entry; None when it serves, and so was not aborted.

        Raises:
            VerificationFailed: the ledger could not be read or written.
        """

        def write() -> Entry | None:
            if serves and self.ledger.read().arrival(self.wanted.release) is None:
                return None
            return self.ledger.append(self._happened(Event.ABORTED, previous, reason, figures))

        return self._insist(write)

    def arrived(self, figures: Mapping[str, Figure], previous: Served | None) -> None:
        """Remember that it serves everyone, if that is new.

        Raises:
            VerificationFailed: the ledger could not be read or written.
        """

        def write() -> None:
            history = self.ledger.read()
            if (event := history.arrival(self.wanted.release)) is not None:
                before = previous or history.previous(self.wanted.release, self.wanted.attempt)
                self.ledger.append(self._happened(event, before, "", figures))

        self._insist(write)

    def close(self, given: Entry, verdict: Verdict) -> None:
        """Remember how another release ended than this one; a store that is away leaves it to whoever comes next."""
        ended = {"event": verdict.event, "at": _now(), "reason": verdict.reason, "figures": verdict.figures}
        try:
            self.ledger.append(Happened.model_validate(dict(given) | ended, extra="ignore"))
        except StoreError as error:
            self.say(f"the ledger can't be written: {error}")

    def _insist(self, write: Callable[[], Written]) -> Written:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return write()
            except StoreError as error:
                if not isinstance(error, StoreUnavailable) or time.monotonic() >= deadline:
                    raise VerificationFailed(f"the ledger could not be written: {error}") from error
            time.sleep(PAUSE)

    def _happened(
        self, event: Event, previous: Served | None, reason: str = "", figures: Mapping[str, Figure] | None = None
    ) -> Happened:
        wanted = self.wanted
        return Happened(
            event=event,
            at=_now(),
            release=wanted.release,
            attempt=wanted.attempt,
            version=wanted.model_version,
            manifest=wanted.model_manifest,
            image=wanted.image,
            commit=wanted.commit or None,
            previous=previous,
            reason=reason,
            figures=dict(figures or {}),
        )


def _now() -> datetime:
    return datetime.now(UTC)
