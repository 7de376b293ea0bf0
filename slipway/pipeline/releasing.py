"""Releases the models of a stack one after the other, through all gates: what people do by `slipway release`."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from modelstore.history import Event, History
from slipway.notifications.announcing import announced
from slipway.pipeline import gate, program
from slipway.pipeline.checkout import Checkout
from slipway.releases import endings, releasing
from slipway.releases.changing import Edit, carry_out, edit
from slipway.releases.place import Place
from slipway.releases.releasing import Wish
from slipway.releases.shown import Shown


@dataclass(frozen=True)
class Wanted:
    """What a pipeline wants a stack to serve of a model.

    Attributes:
        version: of the model; None for what the file says.
        manifest: its digest.
        image: the service's, by digest; None for what the file says.
        again: try it once more if it was aborted.
    """

    version: str | None = None
    manifest: str | None = None
    image: str | None = None
    again: bool = False


def release(place: Place, wanted: Wanted, checkout: Checkout, shown: Callable[[Place], Shown]) -> None:
    """Release a model; what serves already is only brought up.

    Nothing is changed before the gate has opened and a preview has gone through, under all policies.

    Raises:
        Refused: what was taken off is still in the code; or something is in the way of a release.
        Aborted: it was tried and aborted; the file is put back.
        SlipwayError: a policy objects, or anything else went wrong.
        StoreError: the store can't be asked.
    """
    look = shown(place)
    endings.remember(place, look.say)
    history = place.history()
    if not wanted.again:
        gate.check(place.model, place.stack, history, checkout)
    change = _change(place, wanted, history)
    if wanted.image:
        change = replace(change, after=program.follow(change.after, wanted.image, place.engine.edited))
    look.say(f"$ slipway release {place.model} {_options(wanted, change)} -s {place.stack}")
    # `up` itself runs none: policies over the whole stack would speak when all is done.
    place.engine.preview(change.after.content)
    with announced(place, look.say):
        carry_out(place, change, f"{place.model}: release {change.values['version']}", look)


def _change(place: Place, wanted: Wanted, history: History) -> Edit:
    said = place.file().says(place.model, ["version", "manifest", "image"])
    asked = {"version": wanted.version, "manifest": wanted.manifest, "image": wanted.image}
    again = wanted.again and _aborted(history, wanted.version or said["version"])
    if again or any(value not in (None, said[key]) for key, value in asked.items()):
        return releasing.planned(place, Wish(wanted.version or said["version"], wanted.manifest, wanted.image, again))
    # The file says it, and the rest of the code may not: the image that it builds, or how it is served.
    releasing.check_free(place)
    return edit(place, {**said, "commit": releasing.commit(place.engine.folder, place.path)})


def _aborted(history: History, version: str | None) -> bool:
    last = next((one for one in reversed(history.entries) if one.version == version), None)
    return last is not None and last.event is Event.ABORTED


def _options(wanted: Wanted, change: Edit) -> str:
    values = change.values
    given = [f"--model {values['version']}", f"--manifest {values['manifest']}"]
    return " ".join(
        [*given, *([f"--image {wanted.image}"] if wanted.image else []), *(["--again"] if wanted.again else [])]
    )
