"""What a Rollout's status means for the release, by the rules of Argo Rollouts (v1.10, utils/rollout).

A phase counts only when the controller has seen both the Rollout and the Deployment that it takes its pods from
as they are now, and that an abort was taken back: otherwise it is the phase of what was before.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from service.verify.api_server import Object

_ABORTED: Final = "RolloutAborted"
"""Begins the message of a Rollout that was aborted."""

_BY_HAND: Final = re.compile(rf"{_ABORTED}: Rollout aborted update to revision \d+")
"""The message of an abort whose cause the controller doesn't know."""


class State(StrEnum):
    """Where a release is; unseen is one that the controller hasn't looked at as it is now."""

    UNSEEN = "unseen"
    WAITING = "waiting"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    ABORTED = "aborted"


@dataclass(frozen=True)
class Judgement:
    """Where a release is, and what the controller says about it.

    Attributes:
        state: where it is.
        text: the controller's words.
        by_hand: it was aborted, and not by the controller itself.
    """

    state: State
    text: str
    by_hand: bool = False


def judge(rollout: Object, deployment: Object) -> Judgement:
    """Judge a Rollout and the Deployment that it refers to."""
    status: dict[str, Any] = rollout.get("status", {})
    for seen, each in (("observedGeneration", rollout), ("workloadObservedGeneration", deployment)):
        generation = str(each["metadata"]["generation"])
        if (found := status.get(seen)) != generation:
            kind = each["kind"]
            return Judgement(State.UNSEEN, f"the controller has yet to see the {kind} ({found} of {generation})")
    phase, message = status.get("phase", "no phase yet"), status.get("message", "")
    text = f"{phase}: {message}" if message else phase
    if status.get("abort"):
        if not status.get("abortedAt"):
            return Judgement(State.UNSEEN, "the controller has yet to see that it is to abort")
        by_hand = _BY_HAND.fullmatch(message) is not None
        return Judgement(State.ABORTED, f"{text} by hand" if by_hand else text, by_hand)
    if message.startswith(_ABORTED):
        # At its next look the controller replaces the reason by `RolloutRetry`, and the phase with it.
        return Judgement(State.UNSEEN, "the controller has yet to see that the abort was taken back")
    if status.get("controllerPause") and not status.get("pauseConditions"):
        return Judgement(State.WAITING, "the Rollout goes on after a pause")
    match phase:
        case "Healthy" if status.get("stableRS") == status.get("currentPodHash"):
            state = State.HEALTHY
        case "Degraded":
            state = State.DEGRADED
        case _:
            state, text = State.WAITING, text + _progress(rollout, status)
    return Judgement(state, text)


def _progress(rollout: Object, status: dict[str, Any]) -> str:
    steps = rollout["spec"].get("strategy", {}).get("canary", {}).get("steps", [])
    weight = status.get("canary", {}).get("weights", {}).get("canary", {}).get("weight", 0)
    step = min(status.get("currentStepIndex", 0) + 1, len(steps))
    return f" (step {step} of {len(steps)}, {weight} % of the traffic)" if steps else ""
