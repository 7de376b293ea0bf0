"""A release from its first look to its verdict."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from modelstore.history import Event, Figure, Happened, Served
from modelstore.ledger import Ledger
from modelstore.store import Store
from modelstore.store_errors import AccessDenied, StoreUnavailable
from service.verify import read_back, records
from service.verify.records import Records
from service.verify.rollouts import Rollouts
from service.verify.verification import Verification
from service.verify.wanted import VerificationFailed, Wanted
from tests.modelstore.test_history import WRITTEN
from tests.service.verify.fake_api import Answer, Fake
from tests.service.verify.objects import (
    ANALYSIS_RUNS,
    DEPLOYMENT,
    PODS,
    REPLICA_SETS,
    ROLLOUT,
    SERVED,
    STATUS,
    VERSION,
    Object,
    aborted,
    analysis_run,
    deployment,
    measured,
    pod,
    replica_set,
    rollout,
)

Run = Callable[..., list[str]]

WORDS = "RolloutAborted: Rollout aborted update to revision 2: its analysis failed"
ABORTED = aborted(WORDS)
TAKEN_BACK = rollout("Degraded", WORDS, abort=False)
OLD = Served(release="6e", version="1.0.0")
REMEDY = ". Put the stack's file back; slipway:models.maintenance_predictor.attempt: 2 would try it again"


@pytest.fixture
def run(fake: Fake, wanted: Wanted, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Verifies without pauses; returns what was said."""
    monkeypatch.setattr(read_back, "PAUSE", 0)
    monkeypatch.setattr(records, "PAUSE", 0)
    fake.at(DEPLOYMENT, deployment())
    fake.at(PODS, {"items": []})
    fake.at(REPLICA_SETS, {"items": [replica_set("old", "6e", "1.0.0"), replica_set("new", "7f", "1.1.0")]})
    fake.at(ANALYSIS_RUNS, {"items": []})
    fake.at(VERSION, SERVED)
    fake.at(STATUS, TAKEN_BACK)

    def verify(attempt: int = 1, patience: float = 30, timeout: float = 30, **of: float) -> list[str]:
        said: list[str] = []
        this = replace(wanted, timeout=timeout, attempt=attempt)
        Verification(
            api=fake.api(tmp_path),
            wanted=this,
            records=Records(ledger=ledger, wanted=this, say=said.append, patience=patience),
            say=said.append,
            poll=0,
            **{"settle": 0.0, "read_back_seconds": 30.0, "abort_seconds": 30.0, **of},
        ).run()
        return said

    return verify


def wrote(ledger: Ledger, *lines: str) -> None:
    """Has these entries written: `promoted 6e`, `aborted 7f 2`."""
    for line in lines:
        event, release, attempt = (*line.split(), "1")[:3]
        of = {"event": event, "release": release, "attempt": int(attempt), "reason": f"why {line}"}
        ledger.append(Happened.model_validate(WRITTEN | of))


def written(ledger: Ledger) -> list[str]:
    return [f"{one.event} {one.release} {one.attempt}" for one in ledger.read().entries]


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
        f"release 7f of 1.1.0 was aborted: Degraded: {WORDS}; pod pod-1: loading: saved_model.pb has the SHA-256 0"
        f"{REMEDY}"
    )


def test_a_pod_that_was_only_slow_is_not_blamed_for_an_abort(fake: Fake, run: Run) -> None:
    fake.at(PODS, {"items": [pod()]}, {"items": [pod(ready=True)]})
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert "pod-1" not in str(caught.value)


def test_an_abort_of_the_release_before_is_not_this_ones(fake: Fake, run: Run) -> None:
    stale = aborted("RolloutAborted")
    stale["status"]["workloadObservedGeneration"] = "4"
    fake.at(ROLLOUT, stale, rollout("Progressing"), rollout("Healthy"))
    assert run()[-1] == "1.1.0 is served (release 7f)"


def test_a_release_that_is_served_is_in_the_ledger_from_its_beginning_to_its_end(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Paused"), rollout("Healthy"))
    fake.at(ANALYSIS_RUNS, {"items": [analysis_run("Successful", measured("errors", "0.01"))]})
    run()
    begun, ended = ledger.read().entries
    assert (begun.event, begun.previous, begun.figures) == (Event.RELEASED, OLD, {})
    assert (ended.event, ended.previous, ended.figures) == (Event.PROMOTED, OLD, {"errors": Figure(value=0.01)})


def test_an_aborted_release_is_in_the_ledger_with_its_reason_and_figures(fake: Fake, ledger: Ledger, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Progressing"), ABORTED)
    failed = measured("errors", "[0.07,0.02,0.08,0.01]", phase="Failed", message="Metric assessed Failed")
    fake.at(ANALYSIS_RUNS, {"items": [analysis_run("Failed", failed)]})
    with pytest.raises(VerificationFailed) as caught:
        run()
    *_, ended = ledger.read().entries
    assert (ended.event, ended.previous, set(ended.figures)) == (Event.ABORTED, OLD, {"errors"})
    assert ended.reason == (
        f"Degraded: {WORDS}; errors: Metric assessed Failed: value 0.07, limit 0.02, canary 0.08, stable 0.01"
    )
    assert str(caught.value) == f"release 7f of 1.1.0 was aborted: {ended.reason}{REMEDY}"


def test_an_abort_that_nobody_has_written_is_written_and_not_taken_back(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 6e", "released 7f")
    fake.at(ROLLOUT, ABORTED)
    with pytest.raises(VerificationFailed, match=r"7f of 1\.1\.0 was aborted: Degraded: RolloutAborted"):
        run()
    assert written(ledger) == ["promoted 6e 1", "released 7f 1", "aborted 7f 1"]
    assert fake.patched == []


def test_who_aborts_by_hand_has_time_to_write_why(
    fake: Fake, ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    read = Rollouts.read

    def written_after_two(self: Rollouts) -> tuple[Object, Object]:
        if len(looks) == 2:
            wrote(ledger, "aborted 7f")
        looks.append(None)
        return read(self)

    monkeypatch.setattr(Rollouts, "read", written_after_two)
    fake.at(ROLLOUT, rollout("Progressing"), aborted("RolloutAborted: Rollout aborted update to revision 2"))
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert str(caught.value) == f"release 7f of 1.1.0 was aborted: why aborted 7f{REMEDY}"
    assert written(ledger) == ["released 7f 1", "aborted 7f 1"]


def test_an_abort_before_the_first_look_is_the_end_of_a_release_that_began(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    fake.at(ROLLOUT, ABORTED)
    with pytest.raises(VerificationFailed):
        run()
    assert written(ledger) == ["released 7f 1", "aborted 7f 1"]


def test_an_update_for_another_reason_fails_at_once_with_the_reason_of_the_abort(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    wrote(ledger, "promoted 6e", "released 7f", "aborted 7f")
    fake.at(ROLLOUT, ABORTED)
    for _ in range(2):
        with pytest.raises(VerificationFailed) as caught:
            run()
        reason = "release 7f of 1.1.0 was aborted before, as attempt 1: why aborted 7f"
        assert str(caught.value) == f"{reason}{REMEDY}"
    assert fake.patched == []
    assert len(written(ledger)) == 3


def test_what_was_aborted_and_begins_anew_by_a_change_of_the_file_alone_is_aborted_again(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    wrote(ledger, "promoted 6e", "released 7f", "aborted 7f")
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed, match="was aborted before, as attempt 1: why aborted 7f"):
        run()
    assert fake.patched == [(STATUS, {"status": {"abort": True}})]


def test_what_cannot_be_aborted_again_is_told(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 6e", "released 7f", "aborted 7f")
    fake.at(STATUS, {"message": "rollouts/status is forbidden"}, status=403)
    fake.at(ROLLOUT, rollout("Progressing"))
    with pytest.raises(VerificationFailed, match=r"would try it again; it could not be aborted again: PATCH .* 403"):
        run(abort_seconds=0)


def test_another_attempt_takes_the_abort_back_and_is_watched_to_its_end(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 6e", "released 7f", "aborted 7f")
    fake.at(ROLLOUT, ABORTED, TAKEN_BACK, TAKEN_BACK, rollout("Progressing"), rollout("Healthy"))
    assert run(attempt=2) == [
        f"waiting: attempt 2 after an abort (Degraded: {WORDS})",
        "unseen: the controller has yet to see that the abort was taken back",
        "waiting: Progressing (step 1 of 3, 0 % of the traffic)",
        "healthy: Healthy",
        "1.1.0 is served (release 7f)",
    ]
    assert fake.patched == [(STATUS, {"status": {"abort": False}})]
    assert written(ledger)[3:] == ["released 7f 2", "promoted 7f 2"]


def test_another_attempt_writes_the_end_of_the_one_before_it(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 6e", "released 7f")
    fake.at(ROLLOUT, ABORTED, ABORTED, rollout("Healthy"))
    with pytest.raises(VerificationFailed, match=r"release 7f of 1\.1\.0 \(attempt 2\) was aborted: Degraded"):
        run(attempt=2)
    assert written(ledger)[2:] == ["aborted 7f 1", "released 7f 2", "aborted 7f 2"]
    assert len(fake.patched) == 1


def test_the_figures_of_the_attempt_before_are_not_this_ones(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 6e", "released 7f", "aborted 7f")
    before = analysis_run("Failed", measured("slow", "9", phase="Failed"), made="2026-11-29T11:59:59Z")
    this = analysis_run("Failed", measured("errors", "1", phase="Failed"), made="2026-11-29T12:30:00Z")
    fake.at(ANALYSIS_RUNS, {"items": [before, this]})
    fake.at(ROLLOUT, ABORTED, TAKEN_BACK, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed, match="errors: value 1") as caught:
        run(attempt=2)
    assert "slow" not in str(caught.value)


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
    run(attempt=2, settle=30)
    assert len(fake.patched) == 1


@pytest.mark.parametrize("between", [[], [TAKEN_BACK, rollout("Progressing")]])
def test_a_second_abort_is_the_end(between: list[Object], fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, ABORTED, *between, ABORTED)
    with pytest.raises(VerificationFailed, match=f"was aborted: Degraded: {WORDS}"):
        run(attempt=2)
    assert len(fake.patched) == 1


@pytest.mark.parametrize("first", [rollout("Progressing"), rollout("Degraded", "InvalidSpec: no service")])
@pytest.mark.parametrize("attempt", [1, 2])
def test_an_abort_of_what_was_seen_under_way_stands(first: Object, attempt: int, fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, first, ABORTED)
    with pytest.raises(VerificationFailed, match="was aborted"):
        run(attempt=attempt, settle=30)
    assert fake.patched == []


def test_the_pods_of_the_try_before_are_not_blamed_for_the_next(fake: Fake, run: Run) -> None:
    fake.at(PODS, {"items": [pod()]}, {"items": []})
    fake.at(ROLLOUT, ABORTED, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run(attempt=2)
    assert "pod-1" not in str(caught.value)


def test_an_abort_that_may_not_be_taken_back_fails_with_the_servers_words(fake: Fake, run: Run) -> None:
    fake.at(STATUS, {"message": "rollouts/status is forbidden"}, status=403)
    fake.at(ROLLOUT, ABORTED)
    with pytest.raises(VerificationFailed, match=r"was aborted: PATCH .*: 403 rollouts/status is forbidden"):
        run(attempt=2)


def test_an_abort_that_could_not_be_taken_back_at_once_is_the_attempts_own(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    # It was written that the attempt begins, so nobody can tell any more whose the abort is; the next one is clear.
    fake.answers[STATUS] = [(503, {"message": "etcd is away"}), (200, TAKEN_BACK)]
    fake.at(ROLLOUT, ABORTED)
    with pytest.raises(VerificationFailed, match=r"\(attempt 2\) was aborted"):
        run(attempt=2)
    assert written(ledger) == ["released 7f 2", "aborted 7f 2"]


def test_a_way_back_is_promoted_in_full_and_at_once(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f", "promoted 6e")
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Progressing", promoteFull=True), rollout("Healthy"))
    assert run()[0] == "waiting: it served before and was well, so everyone gets it at once"
    assert fake.patched == [(STATUS, {"status": {"promoteFull": True}})]
    back = ledger.read().entries[-1]
    assert (len(written(ledger)), back.event, back.previous) == (3, Event.ROLLED_BACK, OLD)


def test_a_release_that_was_left_by_a_rollback_walks_the_steps(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f")
    left = WRITTEN | {"event": "rolled_back", "release": "6e", "previous": {"release": "7f", "version": "1.1.0"}}
    ledger.append(Happened.model_validate(left))
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Healthy"))
    run()
    assert fake.patched == []
    assert written(ledger)[2:] == ["released 7f 1", "promoted 7f 1"]


def test_a_way_back_that_does_not_get_ready_is_aborted_and_none_any_more(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f", "promoted 6e")
    fake.at(ROLLOUT, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed):
        run()
    assert "7f" not in ledger.read().healthy


def test_putting_the_file_back_after_an_abort_writes_nothing(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f", "released 8c", "aborted 8c")
    fake.at(ROLLOUT, rollout("Healthy"))
    run()
    assert len(written(ledger)) == 3


@pytest.mark.parametrize("stable", ["new", ""])
def test_what_serves_already_does_not_begin_again_while_its_pods_come_and_go(
    stable: str, fake: Fake, ledger: Ledger, run: Run
) -> None:
    wrote(ledger, "promoted 7f", "released 8c", "aborted 8c")
    fake.at(ROLLOUT, rollout("Progressing", stableRS=stable), rollout("Healthy"))
    run()
    assert len(written(ledger)) == 3


@pytest.mark.parametrize("seconds", [{"settle": 0.0}, {"settle": 30.0, "timeout": -1.0}], ids=["degraded", "timeout"])
@pytest.mark.parametrize("known", [True, False], ids=["ledger read", "ledger away at first"])
def test_what_serves_already_is_not_aborted_when_its_pods_stay_away(
    seconds: dict[str, float],
    known: bool,
    fake: Fake,
    ledger: Ledger,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrote(ledger, "promoted 6e", "promoted 7f")
    if not known:

        def unknown(_: Records) -> None: ...

        monkeypatch.setattr(Records, "history", unknown)
    fake.at(ROLLOUT, rollout("Degraded", "ProgressDeadlineExceeded", stableRS="new"))
    with pytest.raises(VerificationFailed, match=r"^release 7f of 1\.1\.0 serves already, but is not well: .*Degraded"):
        run(**seconds)
    assert list(ledger.read().healthy) == ["6e", "7f"]
    assert fake.patched == []


def test_what_served_before_its_stack_was_made_anew_may_fail_there(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f")
    fake.at(ROLLOUT, rollout("Degraded", "ProgressDeadlineExceeded", stableRS=""))
    with pytest.raises(VerificationFailed, match=r"^release 7f of 1\.1\.0 failed: Degraded"):
        run()
    assert list(ledger.read().healthy) == []


def test_the_end_of_a_release_whose_watcher_died_is_written_by_the_next(fake: Fake, ledger: Ledger, run: Run) -> None:
    wrote(ledger, "promoted 7f", "released 8c")
    fake.at(ROLLOUT, rollout("Healthy"))
    assert run()[0] == "nobody has written that release 8c was aborted"
    assert written(ledger)[2:] == ["aborted 8c 1"]


def test_the_promotion_of_a_release_whose_watcher_died_is_written_before_the_next_begins(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    wrote(ledger, "promoted 5d", "released 6e")
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Healthy"))
    run()
    assert written(ledger)[2:] == ["promoted 6e 1", "released 7f 1", "promoted 7f 1"]


def test_a_release_that_ended_while_nobody_watched_is_written_by_its_next_watcher(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    wrote(ledger, "promoted 6e", "released 7f")
    fake.at(ROLLOUT, rollout("Healthy"))
    run()
    assert written(ledger)[2:] == ["promoted 7f 1"]


@pytest.mark.parametrize("theirs", [rollout("Healthy"), ABORTED, rollout("Progressing")])
def test_what_another_release_comes_to_is_not_this_ones(theirs: Object, fake: Fake, ledger: Ledger, run: Run) -> None:
    ours = {"items": [replica_set("old", "6e", "1.0.0"), replica_set("new", "7f", "1.1.0")]}
    other = {"items": [replica_set("old", "6e", "1.0.0"), replica_set("new", "8c", "1.2.0")]}
    fake.answers[REPLICA_SETS] = [(200, ours), (200, ours), (200, other)]  # once more for the pods' blame
    fake.at(ROLLOUT, rollout("Progressing"), theirs)
    with pytest.raises(VerificationFailed, match=r"^release 7f of 1\.1\.0 gave way to release 8c of 1\.2\.0$"):
        run()
    assert fake.patched == []
    assert written(ledger) == ["released 7f 1"]


def test_a_first_release_that_fails_is_written_and_may_be_watched_again(fake: Fake, ledger: Ledger, run: Run) -> None:
    failing = rollout("Degraded", "ProgressDeadlineExceeded", stableRS="new")
    fake.at(ROLLOUT, failing)
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert str(caught.value) == "release 7f of 1.1.0 failed: Degraded: ProgressDeadlineExceeded"
    assert ledger.read().entries[-1].previous is None
    fake.at(ROLLOUT, failing, rollout("Healthy"))
    run(settle=30)
    assert written(ledger) == ["released 7f 1", "aborted 7f 1", "promoted 7f 1"]
    assert fake.patched == []


def test_a_store_that_is_away_for_a_moment_is_waited_for(
    fake: Fake, ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote(ledger, "promoted 7f", "promoted 6e")
    errors = [StoreUnavailable("the store is away")]
    sizes = Store.sizes

    def fails_first(self: Store, folder: str) -> object:
        if errors:
            raise errors.pop()
        return sizes(self, folder)

    monkeypatch.setattr(Store, "sizes", fails_first)
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Progressing"), rollout("Healthy"))
    assert run()[:2] == [
        "unseen: the store is away",
        "waiting: it served before and was well, so everyone gets it at once",
    ]


def test_a_release_is_watched_without_a_ledger_and_fails_because_of_it(
    fake: Fake, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Store, folder: str) -> object:
        raise AccessDenied("s3://b/releases: access denied")

    monkeypatch.setattr(Store, "sizes", refused)
    fake.at(ROLLOUT, rollout("Progressing"), rollout("Healthy"))
    with pytest.raises(VerificationFailed) as caught:
        run()
    assert str(caught.value) == (
        "release 7f of 1.1.0 is served, but the ledger could not be written: s3://b/releases: access denied"
    )


def test_an_abort_is_told_though_the_ledger_cannot_be_written(
    fake: Fake, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Store, path: str, content: bytes) -> None:
        raise AccessDenied("s3://b/releases: access denied")

    monkeypatch.setattr(Store, "create", refused)
    fake.at(ROLLOUT, rollout("Progressing"), ABORTED)
    with pytest.raises(VerificationFailed, match=r"was aborted: Degraded.*; the ledger could not be written: s3://b"):
        run()


def test_a_degraded_release_is_aborted_when_it_stays_so(fake: Fake, ledger: Ledger, run: Run) -> None:
    fake.at(ROLLOUT, *[rollout("Degraded", "InvalidSpec: no service")] * 2, ABORTED)
    with pytest.raises(VerificationFailed, match="was aborted: Degraded: InvalidSpec: no service"):
        run()
    assert fake.patched == [(STATUS, {"status": {"abort": True}})]
    assert written(ledger) == ["released 7f 1", "aborted 7f 1"]


def test_a_degraded_release_may_recover(fake: Fake, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Degraded", "InvalidSpec: no service"), rollout("Healthy"))
    assert run(settle=30)[-1] == "1.1.0 is served (release 7f)"


def test_a_release_that_does_not_get_on_is_aborted_though_its_controller_does_not(
    fake: Fake, ledger: Ledger, run: Run
) -> None:
    condition = {"type": "Progressing", "lastUpdateTime": "2026-11-29T12:00:00Z", "reason": "ReplicaSetUpdated"}
    fake.at(ROLLOUT, *[rollout("Progressing", "more replicas need to be updated", conditions=[condition])] * 2, ABORTED)
    with pytest.raises(VerificationFailed, match="was aborted: no progress before its deadline: Progressing: more"):
        run()
    assert fake.patched == [(STATUS, {"status": {"abort": True}})]
    assert written(ledger) == ["released 7f 1", "aborted 7f 1"]


def test_a_release_that_does_not_end_is_aborted_at_its_timeout(fake: Fake, ledger: Ledger, run: Run) -> None:
    fake.at(ROLLOUT, *[rollout("Paused", "InconclusiveAnalysisRun")] * 2, ABORTED)
    with pytest.raises(VerificationFailed) as caught:
        run(timeout=-1)
    reason = "not finished after -1 s: Paused: InconclusiveAnalysisRun (step 1 of 3, 0 % of the traffic)"
    assert str(caught.value) == f"release 7f of 1.1.0 was aborted: {reason}{REMEDY}"
    assert fake.patched == [(STATUS, {"status": {"abort": True}})]
    assert written(ledger) == ["released 7f 1", "aborted 7f 1"]


def test_a_release_that_cannot_be_aborted_is_told_and_has_no_end(fake: Fake, ledger: Ledger, run: Run) -> None:
    fake.at(ROLLOUT, rollout("Paused", "InconclusiveAnalysisRun"))
    with pytest.raises(VerificationFailed, match="it could not be aborted: the controller has yet to do it"):
        run(timeout=-1, abort_seconds=0)
    assert written(ledger) == ["released 7f 1"]


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
