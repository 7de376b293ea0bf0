"""Makes a release of a model: another version, another image, or what was aborted once more."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modelstore.history import Entry, Event, History
from slipway.errors import BadInput, Refused
from slipway.models.published import find
from slipway.releases import endings, images
from slipway.releases.changing import Edit, carry_out, edit
from slipway.releases.observed import Observed
from slipway.releases.place import Place
from slipway.releases.pulumi import Change
from slipway.releases.shown import Shown
from slipway.releases.stack_file import NAMESPACE, StackFile

OF_STACK: Final = "stack"
"""Said instead of an image: the one that the stack builds or names for all models."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be served.

    Attributes:
        version: of the model; None for the one that the file says.
        manifest: its digest; None for the one in the store, which otherwise must be this.
        image: the service's, by digest, or `OF_STACK`; None leaves it as it is.
        again: try what was aborted once more.
    """

    version: str | None = None
    manifest: str | None = None
    image: str | None = None
    again: bool = False


def planned(place: Place, wish: Wish) -> Edit:
    """The edit of the stack's file that a wish comes to, if nothing speaks against it. Nothing is written.

    Raises:
        BadInput: the version isn't published, or the store has another under its name, or the registry lacks the image.
        Refused: a release is under way, or what is wanted was aborted before.
        SlipwayError: file, cluster or Pulumi can't be asked.
        StoreError: the store can't be asked.
    """
    _check(wish)
    file = place.file()
    said = file.says(place.model, ["version", "manifest", "image", "attempt"])
    version = wish.version or said["version"]
    found = find(place.store, place.model, version)
    if wish.manifest not in (None, found.digest):
        raise BadInput(
            f"--manifest {wish.manifest}, but {place.model} {version} in {place.store.url} has {found.digest}: use "
            "that, or leave it out"
        )
    image = {None: said["image"], OF_STACK: None}.get(wish.image, wish.image)
    if image is not None and image == wish.image and images.there(image) is False:
        raise BadInput(f"--image {image} is not in its registry: push it, or name another by its digest")
    check_free(place)
    tries = _tries(place.history(), found.manifest.version, found.digest, image or _of_stack(file))
    values = {
        "version": found.manifest.version,
        "manifest": found.digest,
        "image": image,
        "attempt": _attempt(place, wish, tries, said["attempt"], found.manifest.version),
        "commit": commit(place.engine.folder, place.path),
    }
    if all(values[key] == said[key] for key in said):
        values.pop("commit")  # nothing new is made from it
    return edit(place, values)


def release(place: Place, wish: Wish, shown: Shown) -> list[Change]:
    """Make a wish come true; raises what `planned` and `carry_out` do."""
    _check(wish)  # before anything is written, like the end of a release that nobody has told
    endings.remember(place, shown.say)
    change = planned(place, wish)
    return carry_out(place, change, f"{place.model}: release {change.values['version']}", shown)


def _check(wish: Wish) -> None:
    if wish == Wish():
        raise BadInput("nothing to release: say --model VERSION, --image REF or --again")


def check_free(place: Place) -> Observed | None:
    """Check that no release is under way.

    Raises:
        Refused: one is, or nobody can tell.
        Unreachable: no answer now.
        Forbidden: we may not look.
    """
    seen = place.settled()
    # A first release that failed has nobody beside it, and is free to be mended.
    if seen is not None and (seen.under_way or (seen.tried and seen.stable is not None)):
        raise Refused(
            f"{place.model}: {seen.template.version} (release {seen.template.release}) is being released, "
            f"{seen.judgement.text}: wait for it (`slipway watch`), or end it (`slipway abort`, `slipway promote`)"
        )
    return seen


def commit(folder: Path, stack_file: Path) -> str | None:
    """The commit that the project's folder has, or None where there is none, or where files differ from it."""
    try:
        head, root = _git(folder, "rev-parse", "HEAD", "--show-toplevel").splitlines()
        # The stack's own file changes with each release.
        inside = stack_file.resolve().is_relative_to(Path(root).resolve())
        others = [f":(exclude){stack_file.resolve()}"] if inside else []
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", *others)
    except (OSError, subprocess.CalledProcessError):
        return None
    return None if changed else head


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _of_stack(file: StackFile) -> str | None:
    stack: object = file.config.get(f"{NAMESPACE}:image")
    return stack.get("digest") if isinstance(stack, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - parsed YAML


def _tries(history: History, version: str, manifest: str, image: str | None) -> list[Entry]:
    """What happened to a version so far, with this image if it is known which."""
    return [
        one
        for one in history.entries
        if (one.version, one.manifest) == (version, manifest) and image in (None, one.image)
    ]


def _attempt(place: Place, wish: Wish, tries: list[Entry], said: str | None, version: str) -> str | None:
    last = tries[-1] if tries else None
    if not wish.again:
        if last is not None and last.event is Event.ABORTED:
            raise Refused(
                f"{place.model} {version} was aborted at {last.at:%Y-%m-%d %H:%M} UTC, "
                f"{last.reason or 'and nobody said why'}: release another, or say --again to try it once more"
            )
        same = wish.version is None and wish.image is None
        return said if same else None
    if last is None:
        raise BadInput(f"--again, but {place.model} {version} was never released in {place.namespace}: leave it out")
    if last.event is not Event.ABORTED:
        raise BadInput(f"--again, but {place.model} {version} was {last.event} last, and not aborted: leave it out")
    return str(max(one.attempt for one in tries) + 1)
