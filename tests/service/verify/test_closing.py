"""How a release ended that nobody has written of, as the cluster shows it."""

from pathlib import Path

import pytest

from modelstore.history import Event, Figure, History
from service.verify.closing import Verdict, before, gathered, verdict
from tests.modelstore.test_history import history
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import (
    ANALYSIS_RUNS,
    REPLICA_SETS,
    Object,
    aborted,
    analysis_run,
    deployment,
    measured,
    replica_set,
    rollout,
)

A_SERVES = history("promoted a", "released b")
FAILED = analysis_run("Failed", measured("errors", "0.07", phase="Failed", message="failed"))


@pytest.fixture
def found(fake: Fake, tmp_path: Path) -> "Found":
    return Found(fake, tmp_path)


class Found:
    """Closes `b`, whose template is `new` unless a test says otherwise, beside `a`, whose template is `old`."""

    def __init__(self, fake: Fake, folder: Path) -> None:
        self.fake, self._folder = fake, folder
        fake.at(ANALYSIS_RUNS, {"items": []})
        self.templates = {"old": "a", "new": "b"}

    def __call__(self, given: Object, known: History = A_SERVES) -> Verdict | None:
        sets = [replica_set(template, release, "1.1.0") for template, release in self.templates.items()]
        self.fake.at(REPLICA_SETS, {"items": sets})
        entry = known.entries[-1].model_copy(update={"namespace": "serving"})
        return verdict(self.fake.api(self._folder), given, deployment(), known, entry)


def test_a_release_that_serves_everyone_was_promoted(found: Found) -> None:
    found.fake.at(ANALYSIS_RUNS, {"items": [analysis_run("Successful", measured("errors", "0.01"))]})
    assert found(rollout("Healthy")) == Verdict(Event.PROMOTED, "", {"errors": Figure(value=0.01)})


def test_a_release_that_had_served_before_was_gone_back_to(found: Found) -> None:
    known = history("promoted b", "promoted a", "released b")
    assert found(rollout("Healthy"), known) == Verdict(Event.ROLLED_BACK, "")


def test_a_release_that_serves_while_the_next_is_tried_was_promoted(found: Found) -> None:
    found.templates = {"old": "b", "new": "c"}
    assert found(rollout("Progressing")) == Verdict(Event.PROMOTED, "")


def test_an_aborted_release_has_the_controllers_reason_and_the_figures(found: Found) -> None:
    found.fake.at(ANALYSIS_RUNS, {"items": [FAILED]})
    ended = found(aborted())
    assert ended is not None
    assert (ended.event, ended.figures) == (Event.ABORTED, {"errors": Figure(value=0.07)})
    assert ended.reason == (
        "Degraded: RolloutAborted: Rollout aborted update to revision 2: its analysis failed; "
        "errors: failed: value 0.07"
    )


def test_a_release_that_another_took_the_place_of_was_aborted_by_what_its_analysis_said(found: Found) -> None:
    found.templates = {"old": "a", "new": "c", "between": "b"}
    found.fake.at(ANALYSIS_RUNS, {"items": [FAILED]})
    ended = found(rollout("Progressing"))
    assert ended is not None
    assert (ended.event, ended.reason) == (
        Event.ABORTED,
        "gave way to release c of 1.1.0; errors: failed: value 0.07",
    )
    assert f"{ANALYSIS_RUNS}?labelSelector=rollouts-pod-template-hash=between" in {path for path, _ in found.fake.asked}


@pytest.mark.parametrize("templates", [{"old": "a", "new": "c"}, {"old": "a"}])
def test_a_release_of_which_nothing_is_left_was_aborted(templates: dict[str, str], found: Found) -> None:
    found.templates = templates
    ended = found(rollout("Progressing"))
    assert ended is not None
    assert (ended.event, ended.reason.startswith("gave way to ")) == (Event.ABORTED, True)


@pytest.mark.parametrize(
    "given",
    [
        rollout("Progressing"),
        rollout("Paused", "CanaryPauseStep"),
        rollout("Degraded", "InvalidSpec"),
        rollout("Healthy", observedGeneration="2"),
        rollout("Progressing", stableRS="new"),
    ],
)
def test_a_release_that_goes_on_has_no_end(given: Object, found: Found) -> None:
    assert found(given) is None


def test_only_what_was_aborted_as_another_attempt_is_an_earlier_try() -> None:
    assert before(history("released b", "aborted b"), "b", 1) is None
    known = history("released b", "aborted b", "aborted c", "released b 2")
    assert before(known, "b", 2) == known.entries[1].at


def test_a_verdict_stands_without_its_figures(fake: Fake, tmp_path: Path) -> None:
    fake.at(ANALYSIS_RUNS, {"message": "analysisruns is forbidden"}, status=403)
    found = gathered(fake.api(tmp_path), "serving", "new", None)
    assert found.figures == {}
    assert "could not be read: GET" in found.against
    assert "403 analysisruns is forbidden" in found.against
    assert gathered(fake.api(tmp_path), "serving", None, None).against == ""
