"""Releases that end by a person's hand, or unseen: what is told to Argo Rollouts, and what is written of it."""

import getpass
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from modelstore.history import Entry, Event, Happened, History, Served
from modelstore.store_errors import StoreError
from service.verify.closing import verdict
from slipway.errors import Refused, SlipwayError
from slipway.releases.observed import Observed
from slipway.releases.place import Place

Say: TypeAlias = Callable[[str], object]


def who() -> str:
    """Who sits here, for the ledger."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def abort(place: Place, reason: str, say: Say) -> Observed:
    """Take a release that is under way off, and remember who did, and why.

    Args:
        place: the model.
        reason: for the ledger.
        say: told when the ledger can't be written, which is no reason to let a release go on.

    Raises:
        Refused: nothing is under way.
        SlipwayError: the cluster can't be asked.
    """
    seen = _under_way(place, "abort")
    place.set_status(abort=True)
    try:
        history = place.history()
        given = history.under_way or _unwritten(place, seen, history)
        if given is not None and given.release == seen.template.release:
            _append(place, given, {"event": Event.ABORTED, "reason": reason})
    except (StoreError, SlipwayError) as error:
        say(f"the ledger can't be written ({error}): whoever watches the release in the cluster writes its end")
    return seen


def promote(place: Place) -> Observed:
    """Let a release that is under way serve everyone at once, whatever steps and analyses it still has.

    Raises:
        Refused: nothing is under way.
        SlipwayError: the cluster can't be asked.
    """
    seen = _under_way(place, "promote")
    place.set_status(promoteFull=True)
    return seen


def remember(place: Place, say: Say) -> Entry | None:
    """Write the entry of a release that has ended, if nobody has; returns what was written.

    Raises:
        SlipwayError: the cluster can't be asked.
        StoreError: the store can't be asked.
    """
    seen = place.settled()
    if seen is None:
        return None
    history = place.history()
    given = history.under_way or _unwritten(place, seen, history)
    found = verdict(place.cluster, seen.rollout, seen.deployment, history, given) if given else None
    if given is None or found is None:
        return None
    entry = _append(place, given, {"event": found.event, "reason": found.reason, "figures": found.figures})
    reason = f": {entry.reason}" if entry.reason else ""
    say(f"nobody had written that {entry.version} (release {entry.release}) was {entry.event}{reason}")
    return entry


def _under_way(place: Place, verb: str) -> Observed:
    seen = place.settled()
    if seen is None or not seen.tried:
        now = seen.judgement.text if seen else "nothing is served yet"
        raise Refused(f"{place.model}: no release is under way ({now}), so there is nothing to {verb}")
    return seen


def _append(place: Place, given: Entry, ended: dict[str, Any]) -> Entry:
    facts: dict[str, Any] = {name: getattr(given, name) for name in Happened.model_fields}
    return place.ledger.append(Happened.model_validate({**facts, "at": datetime.now(UTC), **ended}))


def _unwritten(place: Place, seen: Observed, history: History) -> Entry | None:
    """An entry of what the cluster tries or tried, where the ledger has none: whoever should have begun it was dead."""
    template, serving = seen.template, history.serving
    last = next((one for one in reversed(history.entries) if one.release == template.release), None)
    if last is not None and not seen.tried and (last.event is Event.ABORTED or last is serving):
        return None
    said = place.file().says(place.model, ["version", "attempt", "commit"])
    ours = said["version"] == template.version
    return Entry(
        number=len(history.entries) + 1,
        namespace=place.namespace,
        model=place.model,
        event=Event.RELEASED,
        at=datetime.now(UTC),
        release=template.release,
        attempt=int(said["attempt"] or 1) if ours else 1,
        version=template.version,
        manifest=template.manifest,
        image=template.image,
        commit=said["commit"] if ours else None,
        previous=Served(release=serving.release, version=serving.version) if serving else None,
    )
