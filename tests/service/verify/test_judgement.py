"""What a status means, and when it means nothing yet."""

import pytest

from service.verify.judgement import State, judge
from tests.service.verify.objects import Object, aborted, deployment, rollout


@pytest.mark.parametrize(
    ("given", "state", "text"),
    [
        (rollout("Healthy"), State.HEALTHY, "Healthy"),
        (rollout("Progressing", "more replicas need to be updated"), State.WAITING, "Progressing: more replicas"),
        (rollout("Paused", "CanaryPauseStep", currentStepIndex=2), State.WAITING, "(step 3 of 3, 0 % of the traffic)"),
        (rollout("Degraded", "ProgressDeadlineExceeded: x"), State.DEGRADED, "Degraded: ProgressDeadlineExceeded: x"),
        (aborted("RolloutAborted: y"), State.ABORTED, "Degraded: RolloutAborted: y"),
        (rollout(""), State.WAITING, ""),
    ],
)
def test_a_phase_is_judged_with_the_controllers_words(given: Object, state: State, text: str) -> None:
    judgement = judge(given, deployment())
    assert judgement.state is state
    assert text in judgement.text


def test_the_share_of_the_traffic_is_told() -> None:
    given = rollout("Paused", currentStepIndex=1, canary={"weights": {"canary": {"weight": 10}}})
    assert "(step 2 of 3, 10 % of the traffic)" in judge(given, deployment()).text


@pytest.mark.parametrize("phase", ["Healthy", "Degraded"])
def test_a_phase_from_before_the_rollout_was_seen_is_none(phase: str) -> None:
    judgement = judge(rollout(phase, observedGeneration="2"), deployment())
    assert judgement.state is State.UNSEEN
    assert "Rollout (2 of 3)" in judgement.text


@pytest.mark.parametrize("phase", ["Healthy", "Degraded"])
def test_a_phase_from_before_the_new_template_was_seen_is_none(phase: str) -> None:
    judgement = judge(rollout(phase, abort=phase == "Degraded"), deployment(generation=6))
    assert judgement.state is State.UNSEEN
    assert "Deployment (5 of 6)" in judgement.text


def test_a_rollout_without_a_status_is_waited_for() -> None:
    given = rollout()
    del given["status"]
    assert judge(given, deployment()).state is State.UNSEEN


def test_an_abort_that_was_taken_back_is_none_though_the_controller_still_says_so() -> None:
    judgement = judge(rollout("Degraded", "RolloutAborted: y", abort=False), deployment())
    assert judgement.state is State.UNSEEN
    assert "taken back" in judgement.text


def test_an_abort_that_the_controller_has_yet_to_see_is_none() -> None:
    judgement = judge(rollout("Paused", "CanaryPauseStep", abort=True), deployment())
    assert judgement.state is State.UNSEEN
    assert "yet to see that it is to abort" in judgement.text


@pytest.mark.parametrize(
    ("message", "by_hand"),
    [
        ("RolloutAborted: Rollout aborted update to revision 12", True),
        ("RolloutAborted: Rollout aborted update to revision 12: Metric errors failed", False),
    ],
)
def test_an_abort_without_a_cause_was_done_by_hand(message: str, by_hand: bool) -> None:
    assert judge(aborted(message), deployment()).text.endswith(" by hand") == by_hand


def test_healthy_with_another_stable_template_is_not_promoted_yet() -> None:
    assert judge(rollout("Healthy", stableRS="old"), deployment()).state is State.WAITING


def test_a_pause_that_was_just_ended_is_no_pause() -> None:
    assert judge(rollout("Paused", controllerPause=True), deployment()).state is State.WAITING
