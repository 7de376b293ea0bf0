"""What there is to know about one kind of object to wait for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.objects import Object, at, entries


class State(StrEnum):
    """How far an object is."""

    PENDING = "pending"
    LIVE = "live"
    FAILED = "failed"


def nothing(_api: Api, _live: Object) -> list[str]:
    """No lines."""
    return []


@dataclass(frozen=True)
class Awaiter:
    """How to judge one kind of object.

    Attributes:
        state: how far it is.
        reasons: why it isn't live, one line each; asked only when that is to be told.
        notes: what is worth a line on the way, even when all is well.
        notes_on_refresh: whether a refresh shows the notes, too.
    """

    state: Callable[[Api, Object], State]
    reasons: Callable[[Api, Object], list[str]] = nothing
    notes: Callable[[Api, Object], list[str]] = nothing
    notes_on_refresh: bool = False


def live_when(ready: bool) -> State:
    """Live if so, else pending."""
    return State.LIVE if ready else State.PENDING


def condition(live: Object, kind: str) -> Object:
    """The entry of `status.conditions` with this type; empty when there is none."""
    found: list[Object] = [each for each in entries(live, "status", "conditions") if each.get("type") == kind]
    return found[0] if found else {}


def holds(live: Object, kind: str) -> bool:
    """Whether the condition is there and true."""
    return condition(live, kind).get("status") == "True"


def said(entry: Object) -> str:
    """A condition as a line: `[Reason] message`."""
    return f"[{entry.get('reason', '')}] {entry.get('message', '')}".strip()


def observed(live: Object) -> bool:
    """Whether the controller has seen the newest specification."""
    return at(live, "status", "observedGeneration", default=-1) >= at(live, "metadata", "generation", default=0)
