"""Figures and words of the analyses that a release went through."""

from datetime import datetime
from pathlib import Path

import pytest

from modelstore.history import Figure
from service.verify.analyses import Evidence, evidence
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import ANALYSIS_RUNS, PODS, Object, analysis_run, measured

WITHOUT_WORDS = "its pod found no room, did not end in time, or is gone"


@pytest.fixture
def found(fake: Fake, tmp_path: Path) -> "Found":
    return Found(fake, tmp_path)


class Found:
    """Gathers with these AnalysisRuns in the cluster."""

    def __init__(self, fake: Fake, folder: Path) -> None:
        self.fake, self._folder = fake, folder

    def __call__(self, *runs: Object, since: str | None = None) -> Evidence:
        self.fake.at(ANALYSIS_RUNS, {"items": runs})
        moment = datetime.fromisoformat(since) if since else None
        return evidence(self.fake.api(self._folder), "serving", "new", moment)


def job_failed(name: str = "golden-1") -> Object:
    result = measured("golden", "", phase="Failed")
    result["measurements"][0]["metadata"] = {"job-name": name, "job-namespace": "serving"}
    return result


def ended(made: str, message: str = "", code: int = 1) -> Object:
    terminated = {"exitCode": code, "reason": "Error"} | ({"message": message} if message else {})
    return {
        "metadata": {"name": "pod", "creationTimestamp": made},
        "status": {"containerStatuses": [{"name": "golden", "state": {"terminated": terminated}}]},
    }


def test_only_the_runs_of_the_template_are_read(found: Found) -> None:
    assert found() == Evidence({}, "")
    assert found.fake.asked[0][0] == f"{ANALYSIS_RUNS}?labelSelector=rollouts-pod-template-hash=new"


@pytest.mark.parametrize(
    ("value", "figure"),
    [
        ("0.25", Figure(value=0.25)),
        ("[0.25]", Figure(value=0.25)),
        ("[0.25,0.1]", Figure(value=0.25)),
        ("[0.07,0.02,0.08,0.01]", Figure(value=0.07, limit=0.02, canary=0.08, stable=0.01)),
        ("[0.07,0.02,0.08,NaN]", Figure(value=0.07, limit=0.02, canary=0.08, stable=None)),
        ("[NaN]", Figure(value=None)),
        ("+Inf", Figure(value=None)),
    ],
)
def test_a_figure_is_what_was_measured(value: str, figure: Figure, found: Found) -> None:
    assert found(analysis_run("Successful", measured("errors", value))).figures == {"errors": figure}


@pytest.mark.parametrize("value", ["", "[]", "text"])
def test_what_was_not_measured_is_no_figure(value: str, found: Found) -> None:
    assert found(analysis_run("Running", measured("errors", value))).figures == {}


def test_the_last_measurement_counts_and_the_last_run(found: Found) -> None:
    later = analysis_run("Successful", measured("errors", "3", "4"), made="2026-11-29T12:05:00Z")
    earlier = analysis_run("Successful", measured("errors", "1", "2"), measured("slow", "9"))
    assert found(later, earlier).figures == {"errors": Figure(value=4), "slow": Figure(value=9)}


def test_what_failed_is_told_with_the_measurement_that_it_failed_by(found: Found) -> None:
    result = measured(
        "errors", "0.001", "[0.07,0.02,0.08,0.01]", phase="Failed", message="failed (1) >\n failureLimit (0)"
    )
    result["measurements"].append({"phase": "Successful", "value": "0.0"})
    failed = found(analysis_run("Failed", measured("slow", "0"), result))
    assert failed.against == ("errors: failed (1) > failureLimit (0): value 0.07, limit 0.02, canary 0.08, stable 0.01")
    assert failed.figures["errors"].value == 0.07


@pytest.mark.parametrize("phase", ["Running", "Successful", "Inconclusive"])
def test_a_run_that_has_not_failed_has_nothing_against_it(phase: str, found: Found) -> None:
    assert found(analysis_run(phase, measured("errors", "1", phase="Failed"))).against == ""


def test_a_job_that_failed_is_asked_for_its_last_words(found: Found) -> None:
    said = "golden reading {'rpm': 1.0}: the model\nanswers 0.9, published was 0.1"
    pods = [ended("2026-11-29T12:00:01Z", "an earlier try", 2), ended("2026-11-29T12:00:09Z", said)]
    found.fake.at(PODS, {"items": pods})
    against = found(analysis_run("Failed", job_failed())).against
    assert against == "golden: golden reading {'rpm': 1.0}: the model answers 0.9, published was 0.1"
    assert found.fake.asked[-1][0] == f"{PODS}?labelSelector=job-name=golden-1"


@pytest.mark.parametrize(
    ("pods", "said"),
    [
        ([], WITHOUT_WORDS),
        ([ended("2026-11-29T12:00:01Z", code=137)], r"exit code 137 (Error)"),
        ([{"metadata": {"creationTimestamp": "2026-11-29T12:00:01Z"}}], WITHOUT_WORDS),
    ],
)
def test_a_job_without_last_words_is_told_of_all_the_same(pods: list[Object], said: str, found: Found) -> None:
    found.fake.at(PODS, {"items": pods})
    assert found(analysis_run("Failed", job_failed())).against == f"golden: {said}"


def test_runs_of_an_earlier_try_do_not_count(found: Found) -> None:
    earlier = analysis_run("Failed", measured("errors", "9", phase="Failed"))
    later = analysis_run("Successful", measured("errors", "1"), made="2026-11-29T12:10:00Z")
    assert found(earlier, later, since="2026-11-29T12:05:00Z") == Evidence({"errors": Figure(value=1)}, "")


def test_a_run_that_has_just_begun_says_nothing(found: Found) -> None:
    assert found({"metadata": {"creationTimestamp": "2026-11-29T12:00:00Z"}}) == Evidence({}, "")
