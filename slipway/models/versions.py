"""What changed between two versions of a model decides which number may come next."""

from modelstore.manifest import Manifest
from modelstore.version import Level, Version
from slipway.errors import BadInput, Refused


def parse(text: str) -> Version:
    """Read a version that somebody has typed.

    Raises:
        BadInput: it is something else.
    """
    try:
        return Version.parse(text)
    except ValueError as error:
        raise BadInput(str(error)) from None


def change(before: Manifest, after: Manifest) -> tuple[Level, str]:
    """What the difference between two manifests of a model calls for, and why."""
    if reason := _incompatible(before, after):
        return Level.MAJOR, reason
    if before.fingerprints.architecture != after.fingerprints.architecture:
        return Level.MAJOR, "the architecture changed (other variables or operations)"
    if before.fingerprints.weights != after.fingerprints.weights:
        return Level.MINOR, "the weights changed and all else is compatible"
    return Level.PATCH, "the weights are the same"


def _incompatible(before: Manifest, after: Manifest) -> str | None:
    """Why a caller of the old version could not just call the new one."""
    was, now = ([feature.name for feature in manifest.features] for manifest in (before, after))
    if was != now:
        return f"the features were {', '.join(was)} and are {', '.join(now)}"
    for old, new in zip(before.features, after.features, strict=True):
        if (old.type, old.unit) != (new.type, new.unit):
            return f"{old.name} was {old.type} in {old.unit!r} and is {new.type} in {new.unit!r}"
        if old.minimum < new.minimum or old.maximum > new.maximum:
            return f"{old.name} has a narrower range, so requests that were good are refused"
    if before.output.name != after.output.name:
        return f"the output was {before.output.name} and is {after.output.name}"
    # Borders and texts may move: what an answer may say is in its schema, and callers branch on the levels only.
    levels, others = ({band.risk_level for band in manifest.bands} for manifest in (before, after))
    if levels != others:
        return f"the risk levels were {_listed(levels)} and are {_listed(others)}"
    return None


def _listed(levels: set[str]) -> str:
    return ", ".join(sorted(levels)) or "none at all"


def check_successor(wanted: Version, last: Version, needed: Level, reason: str) -> None:
    """Check the version that was asked for against the one that the change calls for.

    A major version is always allowed: that the meaning of an answer changed cannot be seen in the files.

    Raises:
        Refused: it is another one.
    """
    if wanted in {last.next(needed), last.next(Level.MAJOR)}:
        return
    raise Refused(
        f"version {wanted} cannot follow {last}: {reason}, which makes it a {needed} version; "
        f"publish it as {last.next(needed)}"
    )
