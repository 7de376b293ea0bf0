"""A Rollout is read, and told what to do."""

from pathlib import Path

import pytest

from service.verify.api_server import ApiRefused
from service.verify.rollouts import Rollouts
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import DEPLOYMENT, ROLLOUT, STATUS, Object, aborted, deployment, rollout


@pytest.fixture
def rollouts(fake: Fake, tmp_path: Path) -> Rollouts:
    fake.at(STATUS, {})
    return Rollouts(fake.api(tmp_path), "serving", "maintenance-predictor")


def test_it_is_read_with_the_deployment_of_its_pods(fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, rollout())
    fake.at(DEPLOYMENT, deployment())
    assert rollouts.read() == (rollout(), deployment())


def test_it_is_told_to_promote_in_full_and_to_try_again(fake: Fake, rollouts: Rollouts) -> None:
    rollouts.promote()
    rollouts.retry()
    assert fake.patched == [(STATUS, {"status": {"promoteFull": True}}), (STATUS, {"status": {"abort": False}})]


def test_an_abort_is_told_once_and_awaited(fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, rollout("Paused"), rollout("Paused", abort=True), aborted())
    assert rollouts.abort("new", 30, 0) == ""
    assert fake.patched == [(STATUS, {"status": {"abort": True}})]


def test_an_abort_that_is_not_taken_at_once_is_told_again(fake: Fake, rollouts: Rollouts) -> None:
    fake.answers[STATUS] = [(503, {"message": "etcd is away"}), (200, {})]
    fake.at(ROLLOUT, rollout("Paused"), rollout("Paused"), aborted())
    assert rollouts.abort("new", 30, 0) == ""
    assert len(fake.patched) == 2


@pytest.mark.parametrize(
    "stale", [rollout("Paused", abort=True), rollout("Degraded", abortedAt="2026-11-29T12:00:00Z")]
)
def test_an_abort_that_the_controller_has_yet_to_do_is_none(stale: Object, fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, stale)
    assert rollouts.abort("new", 0, 0) == "the controller has yet to do it"


def test_an_abort_that_is_refused_is_not_waited_for(fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, rollout("Paused"))
    fake.at(STATUS, {"message": "rollouts/status is forbidden"}, status=403)
    assert "403 rollouts/status is forbidden" in rollouts.abort("new", 30, 0)


def test_what_is_aborted_already_needs_no_telling(fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, aborted())
    assert rollouts.abort("new", 30, 0) == ""
    assert fake.patched == []


@pytest.mark.parametrize("by_then", [rollout("Healthy"), rollout("Paused", currentPodHash="newer")])
def test_what_was_promoted_or_gave_way_by_then_is_not_aborted(by_then: Object, fake: Fake, rollouts: Rollouts) -> None:
    fake.at(ROLLOUT, by_then)
    assert rollouts.abort("new", 30, 0) == "it is not what is tried any more"
    assert fake.patched == []


def test_a_rollout_that_is_not_there_is_told(rollouts: Rollouts) -> None:
    with pytest.raises(ApiRefused, match="404"):
        rollouts.read()
