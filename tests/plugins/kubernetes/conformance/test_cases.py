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

ZERO = 'Deployment "zero"'
"""Every refresh of the recorded stack speaks of this one, whatever the case was about."""

VOLATILE = re.compile(r'(urn:[^\s"]+|\[Pod sample/[\w-]+\]|sample/|pulumi-kubernetes-\w{8})')
"""What differs from run to run in a message."""

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


def phrases(message: str, block: str) -> list[str]:
    """What a recorded message tells, as patterns: its lines without numbering and with what differs from run to run."""
    told: list[str] = []
    for line in message.splitlines()[:4]:
        text = re.sub(r"^(Preview failed: )?\d+ errors? occurred:|^Preview failed: |^\s*\* ", "", line).strip()
        if len(text) > len("a word or"):
            told.append("".join(_pattern(part, block) for part in VOLATILE.split(text)))
    return told


def _pattern(part: str, block: str) -> str:
    match part:
        case _ if part.startswith("urn:"):
            return r'urn:[^\s"]+'
        case _ if part.startswith("[Pod sample/"):
            return rf"\[Pod conformance-\w+-{block}/[\w-]+\]"
        case "sample/":
            return rf"conformance-\w+-{block}/"
        case _ if part.startswith("pulumi-kubernetes-"):
            return r"pulumi-kubernetes-\w{8}"
        case _:
            return re.escape(part)


def missing(messages: Iterable[str], block: str, found: str) -> list[str]:
    """Which of the recorded messages, or of their lines, ours don't have."""
    return [phrase for text in messages for phrase in phrases(text, block) if not re.search(phrase, found)]


def assert_as_recorded(case: Runs, name: str, found: Any) -> None:
    """Compare one run of a case; `found` is the part of our run that is about its resources."""
    run, where = case["runs"][name], f"{case['case']}, {name}: {found}"
    assert operations(found.steps) == operations(run["steps"]), where
    assert first_of_replacement(found.steps) == first_of_replacement(run["steps"]), where
    assert [(each["op"], each["name"]) for each in run.get("failed", [])] == list(found.failed), where
    assert bool(run.get("errors")) == bool(found.said("error")), where
    assert missing(run.get("errors", []), case["block"], found.said("error")) == [], where
    about = [text for text in run.get("warnings", []) if ZERO not in text or "zero" in names(case)]
    assert missing(about, case["block"], found.said("warning")) == [], where


@pytest.mark.parametrize("name", ["preview", "up", "previewAfter", "refreshAfter"])
def test_the_sample_is_created_as_recorded(together: Mapping[str, Any], name: str) -> None:
    recorded = CASES["create"]["runs"][name]
    in_block = {**recorded, "steps": [step for step in recorded["steps"] if step["name"] != "kube"]}
    case = {"case": "create", "block": "sample", "runs": {name: in_block}}
    assert together["create"][name].ok
    assert_as_recorded(case, name, together["create"][name].of("sample"))


@pytest.mark.parametrize("name", GOOD)
def test_a_change_is_made_as_recorded(together: Mapping[str, Any], name: str) -> None:
    case = CASES[name]
    for run, found in together["change"].items():
        assert found.ok, f"{run}: {found.said('error')}"
        assert_as_recorded(case, run, found.of(case["block"], names(case)))


def test_the_changes_touch_nothing_else(together: Mapping[str, Any]) -> None:
    expected = {f"{CASES[case]['block']}.{name}" for case in GOOD for name in names(CASES[case])}
    assert {step.name for run in together["change"].values() for step in run.steps} == expected


@pytest.mark.parametrize("name", DRIFTS)
def test_a_drift_is_seen_and_put_right_as_recorded(together: Mapping[str, Any], name: str) -> None:
    case = CASES[name]
    for run in case["runs"]:
        found = together["drift"][run]
        assert found.ok, f"{run}: {found.said('error')}"
        assert_as_recorded(case, run, found.of("sample", names(case)))


def test_drifts_in_what_is_not_declared_are_left_alone(together: Mapping[str, Any]) -> None:
    expected = {f"sample.{name}" for case in DRIFTS for name in names(CASES[case])} | {"parts.widget"}
    assert {step.name for run in together["drift"].values() for step in run.steps} == expected


def test_list_items_of_a_controller_are_kept_as_recorded(together: Mapping[str, Any]) -> None:
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


def test_a_pod_that_never_becomes_ready_says_what_the_kubelet_says_of_its_probe(
    failing: Runs, run_kubectl: Callable[..., str]
) -> None:
    space = "conformance-failing-probe"
    told = re.findall(rf"\[Pod {space}/web-[\w-]+\]: \[Unhealthy\] (.*)", failing["up"].of("probe").said("error"))
    events = run_kubectl("-n", space, "get", "events", "--field-selector=reason=Unhealthy", "--output=json")
    said = {event["message"] for event in json.loads(events)["items"]}
    assert told
    # On a busy machine the server may not listen yet when the time is up, and then it isn't the 404 that is told.
    assert set(told) <= {message for message in said if message.startswith("Readiness probe failed: ")}


def test_every_refresh_tells_of_a_deployment_without_pods(together: Mapping[str, Any]) -> None:
    refreshes = [together["create"]["refreshAfter"], together["drift"]["refresh"], together["drift"]["refreshAfter"]]
    assert [run.of("sample", {"zero"}).said("warning") for run in refreshes] == [f"Replicas scaled to 0 for {ZERO}"] * 3
    assert together["create"]["refreshAfter"].of("sample").said("warning") == f"Replicas scaled to 0 for {ZERO}"


def test_everything_can_be_destroyed(together: Mapping[str, Any]) -> None:
    assert together["end"]["destroy"].ok
    assert together["end"]["left"] == []
