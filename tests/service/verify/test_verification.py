"""A release from its first look to its verdict."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.verify import read_back
from service.verify.verification import Verification
from service.verify.wanted import VerificationFailed, Wanted
from tests.service.verify.fake_api import Answer, Fake
from tests.service.verify.objects import (
    DEPLOYMENT,
    PODS,
    REPLICA_SETS,
    ROLLOUT,
    SERVED,
    STATUS,
    VERSION,
    Object,
    deployment,
    pod,
    rollout,
)

Run = Callable[..., list[str]]

WORDS = "RolloutAborted: Rollout aborted update to revision 2"
ABORTED = rollout("Degraded", WORDS, abort=True)
TAKEN_BACK = rollout("Degraded", WORDS, abort=False)


@pytest.fixture
def run(fake: Fake, wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Verifies without pauses; returns what was said."""
    monkeypatch.setattr(read_back, "PAUSE", 0)
    fake.at(DEPLOYMENT, deployment())
    fake.at(PODS, {"items": []})
    fake.at(REPLICA_SETS, {"items": []})
    fake.at(VERSION, SERVED)
    fake.at(STATUS, TAKEN_BACK)

    def verify(settle: float = 0.0, timeout: float = 30, read_back_seconds: float = 30) -> list[str]:
        said: list[str] = []
        api, of = fake.api(tmp_path), replace(wanted, timeout=timeout)
        Verification(
            api=api, wanted=of, say=said.append, poll=0, settle=settle, read_back_seconds=read_back_seconds
        ).run()
        return said

    return verify


def test_a_release_is_watched_until_it_is_served(fake: Fake, run: Run) -> None:
    fake.at(
        ROLLOUT,
        rollout("Healthy", workloadObservedGeneration="4"),
        rollout("Progressing", "updated replicas are still becoming available"),
        rollout("Progressing", "updated replicas are still becoming available"),
        rollout("Paused", "CanaryPauseStep", currentStepIndex=2),
        rollout("Healthy"),
    )
    assert run() == [
        "unseen: the controller has yet to see the Deployment (4 of 5)",
        "waiting: Progressing: updated replicas are still becoming available (step 1 of 3, 0 % of the traffic)",
        "waiting: Paused: CanaryPauseStep (step 3 of 3, 0 % of the traffic)",
        "healthy: Healthy",
        "1.1.0 is served (release 7f)",
    ]


def test_an_aborted_release_fails_with_the_reason_that_the_pod_gave_before_it_went(fake: Fake, run: Run) -> None:
    fake.at("/readyz", {"status": "loading", "reason": "saved_model.pb has the SHA-256 0"}, status=503)
    fake.at(PODS, {"items": [pod(ip="127.0.0.1", port=urlsplit(fake.url).port or 0)]}, {"items": []})
    fake.at(ROLLOUT, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert str(caught.value) == (
        "release 7f of 1.1.0 was aborted: Degraded: RolloutAborted: Rollout aborted update to revision 2; "
        "pod pod-1: loading: saved_model.pb has the SHA-256 0"
    )


def test_a_pod_that_was_only_slow_is_not_blamed_for_an_abort(fake: Fake, run: Run) -> None:
    fake.at(PODS, {"items": [pod()]}, {"items": [pod(ready=True)]})
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert "pod-1" not in str(caught.value)


def test_an_abort_of_the_release_before_is_not_this_ones(fake: Fake, run: Run) -> None:
    stale = rollout("Degraded", "RolloutAborted", abort=True, workloadObservedGeneration="4")
    fake.at(ROLLOUT, stale, rollout("Progressing"), rollout("Healthy"))
    assert run()[-1] == "1.1.0 is served (release 7f)"


def test_an_abort_from_before_is_taken_back_and_the_release_watched_to_its_end(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, ABORTED, TAKEN_BACK, TAKEN_BACK, rollout("Progressing"), rollout("Healthy"))
    assert run(settle=0) == [
        f"waiting: trying again what was aborted before (Degraded: {WORDS})",
        "unseen: the controller has yet to see that the abort was taken back",
        "waiting: Progressing (step 1 of 3, 0 % of the traffic)",
        "healthy: Healthy",
        "1.1.0 is served (release 7f)",
    ]
    assert fake.patched == [(STATUS, {"status": {"abort": False}})]


@pytest.mark.parametrize(
    "first",
    [
        (200, rollout("Healthy", workloadObservedGeneration="4")),
        (503, {"message": "etcd is away"}),
        (403, {"message": "rollouts is forbidden"}),
    ],
)
def test_a_look_that_shows_nothing_is_not_the_first(first: Answer, fake: Fake, run: Run) -> None:
    fake.answers[ROLLOUT] = [first, (200, ABORTED), (200, rollout("Healthy"))]
    run(settle=30)
    assert len(fake.patched) == 1


@pytest.mark.parametrize("between", [[], [TAKEN_BACK, rollout("Progressing")]])
def test_a_second_abort_is_the_end(between: list[Object], fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, ABORTED, *between, ABORTED)
    with pytest.raises(VerificationFailed, match=f"was aborted: Degraded: {WORDS}"):
        run()
    assert len(fake.patched) == 1


@pytest.mark.parametrize("first", [rollout("Progressing"), rollout("Degraded", "InvalidSpec: no service")])
def test_an_abort_of_what_was_seen_under_way_stands(first: Object, fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, first, ABORTED)
    with pytest.raises(VerificationFailed, match="was aborted"):
        run(settle=30)
    assert fake.patched == []


def test_the_pods_of_the_try_before_are_not_blamed_for_the_next(fake: Fake, run: Run) -> None:
    fake.at(PODS, {"items": [pod()]}, {"items": []})
    fake.at(ROLLOUT, ABORTED, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert "pod-1" not in str(caught.value)


def test_an_abort_that_may_not_be_taken_back_fails_with_the_servers_words(fake: Fake, run: Run) -> None:
    fake.at(STATUS, {"message": "rollouts/status is forbidden"}, status=403)
    fake.at(ROLLOUT, ABORTED)
    with pytest.raises(VerificationFailed, match=r"failed: PATCH .*: 403 rollouts/status is forbidden"):
        run()


def test_an_abort_that_could_not_be_taken_back_at_once_is_taken_back_later(fake: Fake, run: Run) -> None:
    fake.answers[STATUS] = [(503, {"message": "etcd is away"}), (200, TAKEN_BACK)]
    fake.at(ROLLOUT, ABORTED, ABORTED, rollout("Healthy"))
    assert run()[-1] == "1.1.0 is served (release 7f)"
    assert len(fake.patched) == 2


def test_a_degraded_release_fails_when_it_stays_so(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Degraded", "InvalidSpec: no service"))
    with pytest.raises(VerificationFailed, match="failed: Degraded: InvalidSpec: no service"):
        run(settle=0.05)


def test_a_degraded_release_may_recover(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Degraded", "InvalidSpec: no service"), rollout("Healthy"))
    assert run(settle=30)[-1] == "1.1.0 is served (release 7f)"


def test_a_release_that_does_not_end_fails_at_its_timeout(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Paused", "InconclusiveAnalysisRun"))
    with pytest.raises(VerificationFailed, match=r"not finished after 0\.05 s: Paused: InconclusiveAnalysisRun"):
        run(timeout=0.05)


def test_a_healthy_rollout_that_serves_something_else_fails(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Healthy"))
    fake.at(VERSION, SERVED | {"model_version": "1.0.0"})
    with pytest.raises(VerificationFailed, match=r"serves model_version '1\.0\.0', wanted '1\.1\.0'"):
        run(read_back_seconds=0.05)


def test_an_api_server_that_stumbles_does_not_end_the_watch(fake: Fake, run: Run) -> None:
    fake.answers[ROLLOUT] = [(503, {"message": "etcd is away"}), (200, rollout("Healthy"))]
    said = run()
    assert "etcd is away" in said[0]
    assert said[-1] == "1.1.0 is served (release 7f)"


def test_a_missing_right_fails_with_the_servers_words(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, {"message": "rollouts is forbidden"}, status=403)
    with pytest.raises(VerificationFailed, match="403 rollouts is forbidden"):
        run()
