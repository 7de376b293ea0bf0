"""Goes back to a release that the ledger calls healthy: in full and at once, with nothing built anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from modelstore import catalog
from modelstore.history import Entry, History
from modelstore.store_errors import DigestMismatch, ObjectNotFound, StoreError
from slipway.errors import BadInput, Refused, SlipwayError
from slipway.releases import endings, images
from slipway.releases.changing import DEPLOYMENT, PATIENCE, Edit, edit, of_entry, release_of, up
from slipway.releases.observed import Observed
from slipway.releases.place import Place
from slipway.releases.pulumi import Change
from slipway.releases.shown import Shown
from slipway.releases.stack_file import FileChanged

_TRIES: Final = 5
"""Times that the edit is made anew because somebody else has edited the file."""

_JOB: Final = "kubernetes:batch/v1:Job"
_ANALYSIS: Final = "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate"


@dataclass(frozen=True)
class Back:
    """Where to go back to.

    Attributes:
        to: a version or a release; None for the last one.
        steps: how many healthy releases back, if `to` says nothing.
        more: also if more than the release changes.
    """

    to: str | None = None
    steps: int = 1
    more: bool = False


def rollback(place: Place, back: Back, shown: Shown) -> Entry:
    """Go back; returns the entry of the release that serves again.

    A release that is under way is aborted before anything else: from then on the stable one has all requests.

    Raises:
        BadInput: there is no such way back.
        Refused: its model or its image is gone, or more than the release would change.
        SlipwayError: cluster, file or Pulumi can't be asked, or the update failed.
        StoreError: the store can't be asked.
    """
    seen = _there(place)
    try:
        history = place.history()
    except (StoreError, SlipwayError):
        _abort(place, seen, "a way back", shown)
        raise
    target = choose(history, seen, back)
    _abort(place, seen, target.version, shown)
    endings.remember(place, shown.say)
    check_artefacts(place, target, shown.say)
    for _ in range(_TRIES):
        change, changes = planned(place, target)
        check_changes(place, target, changes, back)
        try:
            if change.changes:
                change.after.write(change.before)
            break
        except FileChanged as error:
            shown.say(f"{error}, which is done now")
    else:
        raise Refused(f"{place.path} is changed again and again: stop who does, then call again")
    shown.then = _hasten(place, target)
    up(place, f"{place.model}: back to {target.version}", shown, PATIENCE)
    return target


def chosen(place: Place, back: Back) -> Entry:
    """The release to go back to; nothing is changed, and raises what `rollback` does."""
    return choose(place.history(), _there(place), back)


def choose(history: History, seen: Observed, back: Back) -> Entry:
    """The release to go back to.

    Raises:
        BadInput: there is none, or not so many.
    """
    serving = history.serving
    ways = history.ways_back
    if serving is not None and serving.release in history.healthy and serving.release != seen.template.release:
        ways = [serving, *ways]  # what is tried now, or was aborted, isn't what serves
    known = ", ".join(f"{one.version} (release {one.release})" for one in ways) or "none"
    if back.to is not None:
        found = [one for one in ways if back.to in (one.version, one.release)]
        if not found:
            raise BadInput(f"--to {back.to} is no healthy release to go back to; the ledger has {known}")
        return found[0]
    if back.steps > len(ways):
        raise BadInput(f"there is no way back of {back.steps} step(s): healthy releases beside the present are {known}")
    return ways[back.steps - 1]


def check_artefacts(place: Place, target: Entry, say: endings.Say) -> None:
    """Check that model and image are still there, whole as far as that can be known without reading all of it.

    Raises:
        Refused: they aren't.
        StoreUnavailable: the store can't be asked now.
    """
    what = f"{place.model} {target.version} can't serve again"
    try:
        manifest = catalog.fetch_manifest(place.store, place.model, target.version, target.manifest).manifest
        sizes = place.store.sizes(f"{place.model}/{target.version}")
    except (ObjectNotFound, DigestMismatch) as error:
        raise Refused(f"{what}: {error}; go back to another with --to") from None
    for file in manifest.files:
        path = f"{place.model}/{target.version}/{file.path}"
        if sizes.get(path) != file.size:
            raise Refused(f"{what}: {place.store.url}/{path} is gone or has another size; go back to another with --to")
    match images.there(target.image):
        case False:
            raise Refused(f"{what}: its image {target.image} is gone from the registry; go back to another with --to")
        case None:
            say(f"the registry of {target.image} doesn't say whether it has it; going on")
        case _:
            pass


def planned(place: Place, target: Entry) -> tuple[Edit, Sequence[Change]]:
    """The edit that wants a release again, and what `pulumi up` would then change.

    Raises:
        SlipwayError: the file can't be edited, or the preview fails.
    """
    change = edit(place, of_entry(place, place.file(), target))
    return change, place.engine.preview(change.after.content)


def check_changes(place: Place, target: Entry, changes: Sequence[Change], back: Back) -> None:
    """Check that only the release moves, and that it is the one that was healthy.

    Raises:
        Refused: there is more, and nobody asked for it.
    """
    if back.more:
        return
    if more := [str(one) for one in changes if not is_release(place, one)]:
        raise Refused(
            f"`pulumi up` would change more than the release of {place.model}: {', '.join(more)}; bring that up or "
            "undo it first, or say --allow-changes"
        )
    if (release := release_of(place, changes)) not in (None, target.release):
        raise Refused(
            f"{target.version} would be release {release or '(not known yet)'} now, and not {target.release} "
            "which was healthy, because other settings of its pods have changed since: it would go through all "
            "steps. Undo them, or say --allow-changes"
        )


def is_release(place: Place, change: Change) -> bool:
    """Whether a change belongs to any release of the model: its pods, what judges them, and who verifies it."""
    name = place.rollout
    if change.type == _ANALYSIS:
        return change.name.startswith(f"{name}-")
    return (change.type, change.name) in ((DEPLOYMENT, name), (_JOB, f"{name}-verify"))


def _there(place: Place) -> Observed:
    seen = place.settled()
    if seen is None:
        raise Refused(
            f"{place.model} is not in the cluster at {place.cluster.server}: there is nothing to go back from"
        )
    return seen


def _abort(place: Place, seen: Observed, target: str, shown: Shown) -> None:
    if not seen.tried:
        return
    try:
        endings.abort(place, f"rolled back to {target} by {endings.who()}", shown.say)
    except Refused:  # it has ended meanwhile, one way or the other
        return
    before = seen.stable.template.version if seen.stable else "nothing"
    shown.say(f"{seen.template.version} is aborted, {before} has all requests")


def _hasten(place: Place, target: Entry) -> Callable[[Observed | None], None]:
    """Promote the target in full once the controller tries it; the verification Job does too, when it has started."""
    done = False

    def then(seen: Observed | None) -> None:
        nonlocal done
        if seen is None or done or not seen.under_way or seen.canary is None:
            return
        if seen.canary.template.release == target.release:
            place.set_status(promoteFull=True)
            done = True

    return then
