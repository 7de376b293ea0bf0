"""Whether a release gets on."""

from typing import Any

import pytest

from service.verify.progress import Progress
from tests.service.verify.objects import Object, rollout


def progressing(at: str = "12:00", reason: str = "ReplicaSetUpdated", **status: Any) -> Object:
    """A Rollout with a deadline of 30 s."""
    conditions = [
        {"type": "Available", "lastUpdateTime": "13:00", "reason": "AvailableReason"},
        {"type": "Progressing", "lastUpdateTime": at, "reason": reason},
    ]
    found = rollout("Progressing", conditions=conditions, **status)
    found["spec"]["progressDeadlineSeconds"] = 30
    return found


def test_it_is_late_from_its_deadline_on() -> None:
    progress = Progress()
    assert [progress.late(progressing(), now) for now in (100, 129, 130, 131)] == [False, False, True, True]


def test_it_has_as_long_again_from_each_progress() -> None:
    progress = Progress()
    assert not progress.late(progressing("12:00"), 100)
    assert [progress.late(progressing("12:01"), now) for now in (150, 179, 180)] == [False, False, True]


@pytest.mark.parametrize(
    "waits",
    [
        progressing(currentStepIndex=2),  # at its pause
        progressing(pauseConditions=[{"reason": "CanaryPauseStep"}]),
        progressing(reason="RolloutAborted"),
        progressing(reason="RolloutPaused"),
        rollout("Progressing"),
    ],
    ids=["step", "pause", "abort", "resumed", "new"],
)
def test_what_takes_the_time_that_it_takes_is_never_late(waits: Object) -> None:
    progress = Progress()
    assert [progress.late(waits, now) for now in (100, 10_000)] == [False, False]
    assert [progress.late(progressing(), now) for now in (10_000, 10_030)] == [False, True]


def test_behind_its_last_step_it_has_a_deadline_too() -> None:
    progress = Progress()
    assert [progress.late(progressing(currentStepIndex=3), now) for now in (100, 130)] == [False, True]
