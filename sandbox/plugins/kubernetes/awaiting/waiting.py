"""Waits for objects: to become live, and to be gone."""

import threading
import time
from dataclasses import dataclass
from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State
from sandbox.plugins.kubernetes.awaiting.awaiters import awaiter_of
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, NotLive, Unreachable
from sandbox.plugins.kubernetes.log import Log
from sandbox.plugins.kubernetes.objects import Object, annotation, at, entries, name_of

TIMEOUT: Final = "pulumi.com/timeoutSeconds"
DEFAULT_TIMEOUT: Final = 600.0  # seconds, the official plugin's
FIRST_PAUSE: Final = 0.1  # seconds between looks; grows to LONGEST_PAUSE
LONGEST_PAUSE: Final = 1.0
REPORT_EVERY: Final = 10.0  # seconds between reports of what is being waited for


@dataclass(frozen=True)
class Patience:
    """How long to wait, and what ends it early.

    Attributes:
        timeout: the resource's `customTimeouts` in seconds, 0 when it has none.
        cancelled: set when the user cancels the update.
        log: where to say what is being waited for.
    """

    timeout: float
    cancelled: threading.Event
    log: Log

    def seconds(self, obj: Object) -> float:
        """The timeout for this object: `customTimeouts`, else its annotation, else the default."""
        try:
            annotated = float(annotation(obj, TIMEOUT) or 0)
        except ValueError:  # in a state that another plugin wrote; ours refuses it in Check
            annotated = 0
        return self.timeout or annotated or DEFAULT_TIMEOUT


def until_live(api: Api, obj: Object, wanted: Object, patience: Patience) -> Object:
    """The object once it is live.

    Args:
        api: the cluster.
        obj: the object as the API server answered.
        wanted: the inputs, whose annotations say how to wait.
        patience: for how long.

    Raises:
        NotLive: it failed, it took too long, or the update was cancelled.
    """
    awaiter = awaiter_of(wanted)
    if not awaiter:
        return obj
    try:
        return _waited(api, obj, awaiter, patience.seconds(wanted), patience)
    except NotLive:
        raise
    except Exception as error:
        # The object is in the cluster: whatever goes wrong from here on, the state must have it.
        raise NotLive(f"waiting for '{name_of(obj)}' failed: {error!r}", obj) from error


def _waited(api: Api, obj: Object, awaiter: Awaiter, timeout: float, patience: Patience) -> Object:
    now = start = time.monotonic()
    deadline, report, pause = start + timeout, start + REPORT_EVERY, FIRST_PAUSE
    while True:
        obj, state = _look(api, obj, awaiter)
        if state is not State.FAILED:
            for note in awaiter.notes(api, obj):
                patience.log.status(note, warning=True)
        if state is State.LIVE:
            return obj
        now = time.monotonic()
        if trouble := _end(name_of(obj), state, patience, late=now >= deadline):
            raise NotLive(trouble, obj, awaiter.reasons(api, obj))
        if now >= report:
            report = now + REPORT_EVERY
            for reason in awaiter.reasons(api, obj):
                patience.log.status(reason, warning=True)
        patience.cancelled.wait(min(pause, max(deadline - now, 0)))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _look(api: Api, obj: Object, awaiter: Awaiter) -> tuple[Object, State]:
    try:
        obj = api.get(obj)
        return obj, awaiter.state(api, obj)
    except Unreachable:
        return obj, State.PENDING  # an API server that restarts while we wait is no reason to give up
    except ApiError as error:
        if error.status == 404:  # noqa: PLR2004 (not found)
            raise NotLive(f"'{name_of(obj)}' was deleted while it was waited for", obj) from error
        return obj, State.PENDING


def _end(name: str, state: State, patience: Patience, *, late: bool) -> str:
    if state is State.FAILED:
        return f"Resource '{name}' was created but failed to initialize"
    if patience.cancelled.is_set():
        return f"Resource operation was cancelled for '{name}'"
    return f"'{name}' timed out waiting to be Ready" if late else ""


def check(api: Api, obj: Object, wanted: Object, log: Log) -> None:
    """Look once, as a refresh does.

    Raises:
        NotLive: it isn't live now.
    """
    awaiter = awaiter_of(wanted)
    if not awaiter:
        return
    if awaiter.notes_on_refresh:
        for note in awaiter.notes(api, obj):
            log.status(note, warning=True)
    if awaiter.state(api, obj) is not State.LIVE:
        raise NotLive(f"Resource '{name_of(obj)}' was created but failed to initialize", obj, awaiter.reasons(api, obj))


def until_gone(api: Api, obj: Object, name: str, wanted: Object, patience: Patience) -> None:
    """Return once the object is gone, or another one has its name.

    Raises:
        NotLive: it is still there after the timeout, or the update was cancelled.
    """
    deadline, pause, live = time.monotonic() + patience.seconds(wanted), FIRST_PAUSE, obj
    uid = at(obj, "metadata", "uid")
    while True:
        try:
            live = api.get(obj, name)
        except NoMatch:
            return
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 (not found)
                return
        except Unreachable:
            pass
        if uid and at(live, "metadata", "uid") != uid:
            return
        trouble = _end(name, State.PENDING, patience, late=time.monotonic() >= deadline)
        if trouble:
            raise NotLive(trouble.replace("waiting to be Ready", "waiting to be deleted"), live, _holding(live))
        patience.cancelled.wait(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _holding(live: Object) -> list[str]:
    """What keeps the object from being deleted: its finalizers, and what its conditions say."""
    finalizers = entries(live, "metadata", "finalizers")
    lines = [f"finalizers are left: {', '.join(finalizers)}"] if finalizers else []
    blocking = [each for each in entries(live, "status", "conditions") if each.get("status") == "True"]
    return lines + [each["message"] for each in blocking if at(live, "metadata", "deletionTimestamp")]
