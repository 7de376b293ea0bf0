"""How a model stands: what its file wants, what Pulumi did, what the cluster does, what the ledger remembers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modelstore.history import Entry, Event, History
from modelstore.store_errors import StoreError
from slipway.errors import SlipwayError
from slipway.releases.observed import Analysis, Observed, Pods
from slipway.releases.place import Place


@dataclass(frozen=True)
class Standing:
    """All four, as they are now.

    Attributes:
        file: version, digest and image that the stack's file says; no image where the stack builds it.
        state: outputs of the model's last complete update, by name.
        seen: the cluster's word; None where the model isn't there.
        history: the ledger.
        unread: what could not be read, and why, in a line each.
    """

    file: dict[str, str | None]
    state: dict[str, Any]
    seen: Observed | None
    history: History
    unread: tuple[str, ...]

    @property
    def differences(self) -> list[str]:
        """Where they don't agree, a line each; empty while a release is under way, when they can't."""
        if self.seen is not None and self.seen.under_way:
            return list(self.unread)
        return [*self.unread, *self._differing()]

    def _differing(self) -> Iterator[str]:
        seen, wanted = self.seen, f"the file says {self.file['version']}"
        if seen is None:
            yield f"{wanted}, and nothing is in the cluster: `pulumi up` brings it there"
            return
        serving = seen.serving
        now = f"{serving.version} (release {serving.release}) serves" if serving else "nothing serves"
        if (seen.template.version, seen.template.manifest) != (self.file["version"], self.file["manifest"]):
            yield f"{wanted} ({self.file['manifest']}), and {now}: `pulumi up` has not brought the file up"
        elif self.file["image"] not in (None, seen.template.image):
            yield f"{wanted} in {self.file['image']}, and {now} in another image: `pulumi up` has not brought it up"
        elif seen.aborted:
            yield f"{wanted}, which was aborted, and {now}: `slipway reconcile` puts the file back, or a revert in git"
        elif not seen.healthy:
            yield f"{wanted}, and the cluster says {seen.judgement.text}"
        if self.state and self.state.get("release") != seen.template.release:
            yield (
                f"the last complete `pulumi up` was of release {self.state.get('release')}, and the cluster is told "
                f"{seen.template.release}: `slipway reconcile`"
            )
        entry = self.history.serving
        if serving is not None and (entry is None or entry.release != serving.release):
            known = f"{entry.version} (release {entry.release})" if entry else "nothing"
            yield f"{now}, and the ledger knows of {known}: `slipway reconcile` writes what is missing"


def standing(place: Place) -> Standing:
    """Read all four; what can't be read is told, and is no reason not to show the others.

    Raises:
        SlipwayError: the file or the cluster can't be read.
    """
    unread: list[str] = []
    seen = place.look()
    try:
        history = place.history()
    except (StoreError, SlipwayError) as error:
        history = History()
        unread.append(f"the ledger can't be read: {error}")
    try:
        state: dict[str, Any] = place.engine.output("models").get(place.model, {})
    except SlipwayError as error:
        state = {}
        unread.append(f"Pulumi's state can't be read: {error}")
    content = place.file()
    file = {**content.says(place.model, ["version", "manifest", "attempt"]), "image": content.image(place.model)}
    return Standing(file, state, seen, history, tuple(unread))


def document(place: Place, found: Standing) -> dict[str, Any]:
    """The same for machines."""
    last, serving = (found.history.entries or (None,))[-1], found.history.serving
    return {
        "stack": place.engine.stack,
        "namespace": place.namespace,
        "model": place.model,
        "agrees": not found.differences,
        "differences": found.differences,
        "file": found.file,
        "state": found.state,
        "cluster": observed(found.seen) if found.seen else None,
        "ledger": {
            "last": last.model_dump(mode="json") if last else None,
            "serving": serving.model_dump(mode="json") if serving else None,
        },
    }


def observed(seen: Observed) -> dict[str, Any]:
    """One look at the cluster, for machines."""
    return {
        "state": seen.judgement.state.value,
        "text": seen.judgement.text,
        "underWay": seen.under_way,
        "wanted": vars(seen.template),
        "step": seen.step,
        "steps": seen.steps,
        "stable": _pods(seen.stable, 100 - seen.weight),
        "canary": _pods(seen.canary, seen.weight),
        "analyses": None if seen.analyses is None else [_analysis(one) for one in seen.analyses],
    }


def last(history: History) -> str:
    """The ledger's last entry in a line."""
    return entry(history.entries[-1]) if history.entries else "the ledger has no entries"


def entry(one: Entry) -> str:
    """An entry in a line."""
    attempt = f", attempt {one.attempt}" if one.attempt > 1 else ""
    previous = f", after {one.previous.version}" if one.previous and one.event is not Event.RELEASED else ""
    reason = f": {one.reason}" if one.reason else ""
    return (
        f"{one.at:%Y-%m-%d %H:%M:%S} UTC {one.version} (release {one.release}{attempt}) {one.event}{previous}{reason}"
    )


def _pods(pods: Pods | None, weight: int) -> dict[str, Any] | None:
    if pods is None:
        return None
    return {**vars(pods.template), "hash": pods.hash, "weight": weight, "wanted": pods.wanted, "ready": pods.ready}


def _analysis(one: Analysis) -> dict[str, Any]:
    return {**vars(one), "metrics": [vars(metric) for metric in one.metrics]}
