"""Every recorded case of the official plugin, under ours: same operations, same diffs, same verdicts.

The cases were recorded one after another on one stack. Here those that share no resource run side by side, and what
a run did is compared for the resources that the case is about.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.plugins.kubernetes.objects import is_map

# The first test that needs a stack runs all of its rounds.
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

RECORDED: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "recorded" / "cases.json").read_text())
CASES = {case["case"]: case for kind in RECORDED.values() for case in kind}
LATE = ["deployment-bad-image", "deployment-never-ready", "already-exists", "missing-namespace", "unknown-kind"]
ALONE = ["invalid-field", "ignored-port", "deployment-scaled-by-kubectl", "selector-by-controller"]
GOOD = [case["case"] for case in RECORDED["cases"] if case["case"] not in {"create", *LATE, *ALONE}]
DRIFTS = [case["case"] for case in RECORDED["drifts"] if case["case"] not in ALONE]

Runs = Mapping[str, Any]


def names(case: Runs) -> set[str]:
    """The resources that a recorded case is about."""
    return {step["name"] for run in case["runs"].values() for step in run["steps"]}


def plain(steps: Iterable[Any]) -> list[dict[str, Any]]:
    """Steps, recorded or ours, as maps."""
    return [step if is_map(step) else vars(step) for step in steps]


def operations(steps: Iterable[Any]) -> Counter[Any]:
    """Steps without their order, which differs from run to run, recorded ones and ours alike."""
    return Counter((s["op"], s["type"], s["name"], tuple(sorted(s.get("diff", {}).items()))) for s in plain(steps))


def first_of_replacement(steps: Iterable[Any]) -> dict[str, str]:
    """For each replaced resource, whether the old object goes first or the new one comes first."""
    first: dict[str, str] = {}
    for step in plain(steps):
        if step["op"] in ("delete-replaced", "create-replacement"):
            first.setdefault(step["name"], step["op"])
    return first


def phrases(message: str) -> list[str]:
    """What a recorded message tells: its lines without numbering and without what differs from run to run."""
    told: list[str] = []
    for line in message.splitlines()[:4]:
        text = re.sub(r"^(Preview failed: )?\d+ errors? occurred:|^Preview failed: |^\s*\* ", "", line)
        parts = re.split(r"urn:\S+|sample/[\w-]+|pulumi-kubernetes-\w+|\[Pod [^\]]+\]", text)
        told += [part.strip(' ":') for part in parts]
    return [part for part in told if len(part) > len("a word or")]


def assert_as_recorded(case: Runs, name: str, found: Any) -> None:
    """Compare one run of a case; `found` is the part of our run that is about its resources."""
    run = case["runs"][name]
    assert operations(found.steps) == operations(run["steps"]), f"{case['case']}, {name}: {found}"
    assert first_of_replacement(found.steps) == first_of_replacement(run["steps"]), f"{case['case']}, {name}: {found}"
    assert [(each["op"], each["name"]) for each in run.get("failed", [])] == list(found.failed), f"{name}: {found}"
    assert bool(run.get("errors")) == bool(found.said("error")), f"{case['case']}, {name}: {found}"
    for phrase in [phrase for message in run.get("errors", []) for phrase in phrases(message)]:
        assert phrase in found.said("error"), f"{case['case']}, {name}"


@pytest.mark.parametrize("name", ["preview", "up", "previewAfter", "refreshAfter"])
def test_the_sample_is_created_as_recorded(together: dict[str, Runs], name: str) -> None:
    recorded = CASES["create"]["runs"][name]
    in_block = {**recorded, "steps": [step for step in recorded["steps"] if step["name"] != "kube"]}
    assert together["create"][name].ok
    assert_as_recorded({"case": "create", "runs": {name: in_block}}, name, together["create"][name].of("sample"))


@pytest.mark.parametrize("name", GOOD)
def test_a_change_is_made_as_recorded(together: dict[str, Runs], name: str) -> None:
    case = CASES[name]
    for run, found in together["change"].items():
        assert found.ok, f"{run}: {found.said('error')}"
        assert_as_recorded(case, run, found.of(case["block"], names(case)))


def test_the_changes_touch_nothing_else(together: dict[str, Runs]) -> None:
    expected = {f"{CASES[case]['block']}.{name}" for case in GOOD for name in names(CASES[case])}
    assert {step.name for run in together["change"].values() for step in run.steps} == expected


@pytest.mark.parametrize("name", DRIFTS)
def test_a_drift_is_seen_and_put_right_as_recorded(together: dict[str, Runs], name: str) -> None:
    case = CASES[name]
    for run in case["runs"]:
        found = together["drift"][run]
        assert found.ok, f"{run}: {found.said('error')}"
        assert_as_recorded(case, run, found.of("sample", names(case)))


def test_drifts_in_what_is_not_declared_are_left_alone(together: dict[str, Runs]) -> None:
    expected = {f"sample.{name}" for case in DRIFTS for name in names(CASES[case])} | {"parts.widget"}
    assert {step.name for run in together["drift"].values() for step in run.steps} == expected


def test_list_items_of_a_controller_are_kept_as_recorded(together: dict[str, Runs]) -> None:
    case = CASES["parts-by-controller"]
    # Its second preview is ours after the drifts, with the changed size still in force.
    for run in case["runs"]:
        ours = "previewAfter" if run == "again" else run
        assert_as_recorded(case, run, together["drift"][ours].of("parts"))
    assert together["live"] == case["live"]


@pytest.mark.parametrize("name", LATE)
def test_an_update_fails_as_recorded(failing: Runs, name: str) -> None:
    case = CASES[name]
    for run, found in failing.items():
        assert found.ok == (run != "up")
        assert_as_recorded(case, run, found.of(case["block"], names(case)))


@pytest.mark.parametrize("name", ALONE)
def test_a_preview_fails_as_recorded(alone: Callable[[str], Runs], name: str) -> None:
    case, runs = CASES[name], alone(name)
    for run, recorded in case["runs"].items():
        assert runs[run].ok == recorded["ok"], f"{run}: {runs[run]}"
        assert_as_recorded(case, run, runs[run].of(case["block"]))
    for moment, live in case.get("live", {}).items():
        assert runs[moment] == live


def test_a_job_that_fails_says_why(failing: Runs) -> None:
    up, again = (failing[run].of("failing-job") for run in ("up", "again"))
    assert up.failed == (("create", "verify"),)
    for told in (
        "was successfully created, but the Kubernetes API server reported that it failed to fully initialize",
        "Resource 'verify-1' was created but failed to initialize",
        "containers with unready status: [verify]",
        "[Error] served 1.0.0, wanted 1.1.0: rollout aborted (p99 too high)",
        "[BackoffLimitExceeded] Job has reached the specified backoff limit",
    ):
        assert told in up.said("error")
    assert [(step.op, step.name) for step in again.steps] == [("update", "verify")]


def test_what_is_worth_a_warning_is_told_as_recorded(together: dict[str, Runs]) -> None:
    up, refresh = (together["create"][run].of("sample").said("warning") for run in ("up", "refreshAfter"))
    assert 'Replicas scaled to 0 for Deployment "zero"' in up
    assert 'container "c" completed with exit code 0' in up
    assert refresh == 'Replicas scaled to 0 for Deployment "zero"'


def test_everything_can_be_destroyed(together: dict[str, Runs]) -> None:
    assert together["end"]["destroy"].ok
