"""Makes a change of a model's release real: the file first, then `pulumi up`, and back again if it was aborted."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from modelstore.history import Entry
from modelstore.store_errors import StoreError
from slipway.errors import Refused, SlipwayError
from slipway.releases.observed import RELEASE, Observed
from slipway.releases.place import Place
from slipway.releases.pulumi import Change, PulumiFailed, StackLocked
from slipway.releases.shown import Shown
from slipway.releases.stack_file import NAMESPACE, StackFile, Values, put_back

PATIENCE: Final = 300.0
"""Seconds that an update which is under way gets to end, where ours has to wait for it."""

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"

_PAUSE: Final = 1.0


class _Moved(SlipwayError):
    """The cluster is told something else by now."""


class Aborted(SlipwayError):
    """The release was tried and aborted; what served before serves on."""

    exit_code = 3


@dataclass(frozen=True)
class Edit:
    """A change of the stack's file.

    Attributes:
        before: the file as it was.
        after: the file as it will be.
        values: what is written of the model.
    """

    before: StackFile
    after: StackFile
    values: Values

    @property
    def changes(self) -> bool:
        """Whether the file says something new."""
        return self.after.content != self.before.content


def edit(place: Place, values: Values) -> Edit:
    """The edit that writes these values of the model; nothing is written yet.

    Raises:
        BadInput: the file can't be read.
        Refused: the edit would change something else.
        PulumiFailed: the CLI doesn't take them.
    """
    before = place.file()
    return Edit(before, before.replaced(place.model, values, place.engine.edited), values)


def of_entry(place: Place, file: StackFile, entry: Entry) -> dict[str, str | None]:
    """What the file has to say for the release of an entry to be wanted again, with nothing built anew.

    Raises:
        PulumiFailed: the stack doesn't say which image it built.
    """
    return {
        "version": entry.version,
        "manifest": entry.manifest,
        "image": _image(place, file, entry.image),
        "attempt": str(entry.attempt) if entry.attempt > 1 else None,
        "commit": entry.commit,
    }


def wanted_back(place: Place) -> Edit | None:
    """The edit that makes the file say what serves, where it still says what was aborted; None where it doesn't.

    Raises:
        Refused: the ledger doesn't know what serves.
        SlipwayError: file or cluster can't be read.
        StoreError: the ledger can't be read.
    """
    seen, file = place.settled(), place.file()
    if seen is None or not seen.aborted or not file.wants(place.model, seen.template):
        return None
    serving = place.history().serving
    if seen.stable is None or serving is None or serving.release != seen.stable.template.release:
        raise Refused(
            f"{place.path} says {seen.template.version}, which was aborted, and the ledger doesn't know what serves "
            "now: write into the file what shall be served, then `pulumi up`"
        )
    return edit(place, of_entry(place, file, serving))


def release_of(place: Place, changes: Sequence[Change]) -> str | None:
    """The id of the release that a preview shows.

    Returns:
        None when the release stays; empty while nobody can know, as its image is still to be built.
    """
    for one in changes:
        if (one.type, one.name) == (DEPLOYMENT, place.rollout):
            found: Any = one.inputs
            for step in ("spec", "template", "metadata", "annotations", RELEASE):
                found = cast("dict[str, Any]", found).get(step) if isinstance(found, dict) else None
            return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{10}", found) else ""
    return None


def check_return(place: Place) -> None:
    """Check that after an abort `pulumi up` brings back what serves, and not the same version in other clothes.

    What comes along in a commit, like another image or other settings, would be a release of its own: nobody asked for
    it, and with its promotion the abort would be forgotten while what was aborted is still in the code.

    Raises:
        Refused: it would bring another release.
        SlipwayError: file or cluster can't be read, or the preview fails.
    """
    seen, file = place.settled(), place.file()
    if seen is None or not seen.aborted or seen.stable is None:
        return
    stable = seen.stable.template
    if file.says(place.model, ["version", "manifest"]) != {"version": stable.version, "manifest": stable.manifest}:
        return
    # Looked at anew, so that where nothing would change, what is wanted is what was aborted.
    release = release_of(place, place.engine.preview(file.content, refresh=True))
    release = seen.template.release if release is None else release
    if release != stable.release:
        raise Refused(
            f"from here `pulumi up` would not bring back release {stable.release} of {stable.version}, but release "
            f"{release or '(not known yet)'} of it: more than {file.path.name} has changed since. Revert that first, "
            "then `pulumi up`"
        )


def up(
    place: Place,
    message: str,
    shown: Shown,
    patience: float = 0.0,
    *,
    refresh: bool = False,
    check: Callable[[], object] = lambda: None,
) -> list[Change]:
    """`pulumi up`, shown, after an update that is under way has ended.

    A lock whose process is dead is taken away, told so.

    Args:
        place: what is brought up.
        message: for the stack's history.
        shown: shows meanwhile how the release goes.
        patience: seconds to wait for another update.
        refresh: look at the world first.
        check: called before each try; what it raises ends all.

    Raises:
        StackLocked: another update is still under way.
        PulumiFailed: it failed.
    """
    give_up, waiting = time.monotonic() + patience, ""
    shown.say(f"pulumi up: {message}")
    while True:
        check()
        try:
            with shown.shown():
                return place.engine.up(place.path, message, shown.tick, refresh=refresh)
        except StackLocked as error:
            if error.locks and all(lock.dead for lock in error.locks):
                shown.say(f"pulumi cancel: the lock of {', '.join(map(str, error.locks))} is of a process that is dead")
                place.engine.cancel()
                continue
            if time.monotonic() > give_up:
                raise
            if str(error) != waiting:
                waiting = str(error)
                shown.say(f"waiting until it ends: {waiting}")
            time.sleep(_PAUSE)


def carry_out(place: Place, change: Edit, message: str, shown: Shown) -> list[Change]:
    """Write the edit and bring it up. When the release is aborted, put the file back and bring that up.

    Raises:
        Aborted: it was tried and aborted.
        StackLocked: another update is under way; nothing was changed.
        PulumiFailed: it failed otherwise; the message says how things stand.
    """
    if change.changes:
        change.after.write(change.before)
    try:
        return up(place, message, shown)
    except StackLocked:
        _put_back(place, change, shown)
        raise
    except PulumiFailed as error:
        raise _consequence(place, change, error, shown) from None


def _consequence(place: Place, change: Edit, error: PulumiFailed, shown: Shown) -> SlipwayError:
    """What to tell after an `up` that failed, when what can be put right has been."""
    try:
        seen = place.settled()
    except SlipwayError as unknown:
        return SlipwayError(f"{error}; how the release stands isn't known ({unknown}): `slipway reconcile` when it is")
    if seen is None or not change.after.wants(place.model, seen.template):
        restored = _put_back(place, change, shown)
        return SlipwayError(f"{error}; the cluster was told nothing of it, {restored}")
    if seen.aborted:
        return Aborted(f"{_verdict(seen, error)}; {_return(place, change, seen, shown)}")
    if seen.under_way:
        return SlipwayError(
            f"{error}; the release goes on in the cluster: `slipway watch` shows it, `slipway abort` ends it, and "
            "`slipway reconcile` puts the rest right afterwards"
        )
    served = f"{seen.template.version} serves everyone" if seen.healthy else seen.judgement.text
    return SlipwayError(f"{error}; {served}: put that right and call `pulumi up`")


def _return(place: Place, change: Edit, seen: Observed, shown: Shown) -> str:
    """Make the file say what serves, and bring that up; returns how it went."""
    if seen.stable is None:
        return "nothing was served before that the file could be put back to"
    restored = _put_back(place, change, shown)
    if restored != _RESTORED:
        return restored
    version = seen.stable.template.version

    def still() -> None:
        now = place.settled()
        if now is not None and now.template != seen.template:
            raise _Moved(f"somebody has brought {now.template.version} (release {now.template.release}) meanwhile")

    try:
        # It said so before we came, or it was tried again.
        if (back := wanted_back(place)) is not None:
            back.after.write(back.before)
        still()
        check_return(place)
        up(place, f"{place.model}: back to {version} after an abort", shown, PATIENCE, check=still)
    except _Moved as moved:
        return f"{restored}, and {moved}"
    except (SlipwayError, StoreError) as error:
        return f"{restored}, but {error}; `slipway reconcile` tries that again"
    return f"{restored}, and {version} serves everyone"


_RESTORED: Final = "the stack's file is put back"


def _put_back(place: Place, change: Edit, shown: Shown) -> str:
    """Undo the edit; returns what became of it."""
    if not change.changes:
        return _RESTORED
    try:
        found = put_back(change.before, change.after, place.model, change.values, place.engine.edited)
    except SlipwayError as error:
        found, why = None, str(error)
    else:
        why = f"{NAMESPACE}:models.{place.model} was changed by somebody else meanwhile"
    if found is None:
        return f"{place.path} is left as it is, because {why}"
    shown.say(f"{place.path} says {found.says(place.model, ['version'])['version']} again")
    return _RESTORED


def _verdict(seen: Observed, error: PulumiFailed) -> str:
    return f"{seen.template.version} was aborted: {'; '.join(error.causes) or seen.judgement.text}"


def _image(place: Place, file: StackFile, image: str) -> str | None:
    """The model's own image in the file, or None where the stack's is the same."""
    if file.says(place.model, ["image"])["image"] == image:
        return image
    return None if image == (file.stack_image or place.engine.output("image")) else image
