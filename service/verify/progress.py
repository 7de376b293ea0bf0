"""A release that does not get on, though its controller says nothing.

Argo Rollouts ends one whose pods aren't ready within `progressDeadlineSeconds`. It never does so again once the pods of
an aborted release went while nobody had gone back to another one: their ReplicaSet keeps the mark that it waits for
(argoproj/argo-rollouts#4971). So the same deadline is held here too.
"""

from typing import Any

from service.verify.api_server import Object

_IN_THEIR_TIME = frozenset({"pause", "analysis", "experiment"})
"""Steps that take as long as they take."""

_BEFORE = frozenset({"RolloutAborted", "RolloutPaused"})
"""Reasons of a condition that tells of what was before."""


class Progress:
    """When a Rollout last got on, as far as whoever looks at it now and then can know."""

    def __init__(self) -> None:
        self._last, self._since = "", 0.0

    def late(self, rollout: Object, now: float) -> bool:
        """Whether its deadline is over; never while there is none.

        Args:
            rollout: as it was read.
            now: monotonic seconds. The times in the Rollout are another machine's: they are compared with one another.
        """
        last = _last(rollout)
        if last != self._last:
            self._last, self._since = last, now
        return last != "" and now - self._since >= rollout["spec"].get("progressDeadlineSeconds", 0)


def _last(rollout: Object) -> str:
    """When the controller last saw progress; empty while no deadline counts."""
    status: dict[str, Any] = rollout.get("status", {})
    steps: list[dict[str, Any]] = rollout["spec"].get("strategy", {}).get("canary", {}).get("steps", [])
    index: int = status.get("currentStepIndex", 0)
    if status.get("pauseConditions") or (index < len(steps) and steps[index].keys() & _IN_THEIR_TIME):
        return ""
    for condition in status.get("conditions", []):
        if condition["type"] == "Progressing" and condition.get("reason") not in _BEFORE:
            return condition["lastUpdateTime"]
    return ""
