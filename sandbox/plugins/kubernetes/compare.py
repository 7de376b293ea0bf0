"""Diff: what an update would change in a resource, and whether it takes a new object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.plugins.kubernetes import checkpoint, diff, replacement
from sandbox.plugins.kubernetes.awaiting.awaiter import State
from sandbox.plugins.kubernetes.awaiting.runs import JOB
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, Unreachable
from sandbox.plugins.kubernetes.normalize import normalized
from sandbox.plugins.kubernetes.objects import Object, annotation, kind_of
from sandbox.plugins.kubernetes.session import Resource, Session
from sandbox.plugins.wire import Properties

REPLACE_UNREADY: Final = "pulumi.com/replaceUnready"


@dataclass(frozen=True)
class Comparison:
    """What the engine is told.

    Attributes:
        changes: by property path.
        replaces: paths that need a new object.
        deletes_first: whether the old object goes before the new one comes.
    """

    changes: dict[str, diff.Change]
    replaces: list[str]
    deletes_first: bool


def compared(
    session: Session, resource: Resource, state: Properties, new: Properties, ignored: Sequence[str]
) -> Comparison:
    """The new inputs against the recorded live object."""
    declared, live = checkpoint.split(state)
    wanted = normalized(checkpoint.object_of(new))
    rules = replacement.rules(kind_of(wanted), mutable=session.settings.mutable)
    if resource.is_patch(wanted):
        rules = replacement.IDENTITY
    found = diff.difference(live, normalized(declared), wanted, rules, ignored)
    replaces = found.replaces
    if annotation(wanted, REPLACE_UNREADY).lower() == "true":
        replaces += _unready(session, resource, live)
    return Comparison(found.changes, replaces, bool(replaces) and diff.deletes_first(live, wanted))


def _unready(session: Session, resource: Resource, live: Object) -> list[str]:
    """The path that replaces a Job which has not ended well; a Job's template cannot be changed."""
    if kind_of(live).kind != "Job":
        resource.log.warn(f"{REPLACE_UNREADY} has no effect on a {kind_of(live).kind}; only Jobs are replaced so")
        return []
    if session.api is None:
        resource.log.warn(f"Cluster is unreachable, skipping the check for {REPLACE_UNREADY}")
        return []
    try:
        job = session.api.get(live)
    except (ApiError, NoMatch, Unreachable):
        return []
    return [] if JOB.state(session.api, job) is State.LIVE else [f'metadata.annotations["{REPLACE_UNREADY}"]']
