from typing import Any

import yaml

from infra.platform.foundation.aws.pipelines import LONGEST_JOB
from infra.platform.foundation.aws.rights import LIMIT
from tests.github.workflows import jobs, workflow
from tests.infra import stacks
from tests.infra.changes import drop
from tests.infra.platform.foundation.aws.documents import statements
from tests.infra.platform.foundation.aws.test_config import PLACE


def test_a_job_signs_in_by_what_github_says_of_it() -> None:
    for stack, kind, subjects in (
        ("staging", "deploy", ["environment:staging"]),
        # Production copies from staging what staging has proven.
        ("staging", "preview", ["pull_request", "environment:reading", "environment:production"]),
        ("prod", "deploy", ["environment:production"]),
        ("prod", "preview", ["pull_request", "environment:reading"]),
    ):
        trust = statements(stacks.platform(stack).one("Role", f"slipway-{kind}"), "assumeRolePolicy")
        assert [one["Condition"]["StringEquals"] for one in trust] == [
            {
                "token.actions.githubusercontent.com:sub": f"repo:example/slipway:{subject}",
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            }
            for subject in subjects
        ]


def test_the_environments_are_those_of_the_workflows() -> None:
    release = workflow("release")["jobs"]
    assert workflow("drift")["jobs"]["look"]["environment"] == workflow("revert")["jobs"]["revert"]["environment"]
    reading, production = workflow("drift")["jobs"]["look"]["environment"], release["production"]["environment"]
    github = {name: access(name) for name in ("staging", "prod")}
    assert {name: one["environment"] for name, one in github.items()} == {
        "staging": release["staging"]["environment"],
        "prod": production,
    }
    assert github["staging"]["readers"] == [reading, production]
    assert github["prod"]["readers"] == [reading]


def access(stack: str) -> Any:
    """What a platform's stack says of GitHub."""
    config = yaml.safe_load((stacks.CHECKOUT / f"infra/platform/Pulumi.{stack}.yaml").read_text())["config"]
    return config["slipway-platform:foundation"]["aws"]["access"]["github"]


def test_who_deploys_stays_signed_in_for_the_longest_job_and_its_machine_runs_as_long() -> None:
    longest = max(job.content.get("timeout-minutes", 0) for job in jobs())
    assert longest * 60 == LONGEST_JOB
    assert stacks.platform("prod").one("Role", "slipway-deploy")["maxSessionDuration"] == LONGEST_JOB
    assert "maxSessionDuration" not in stacks.platform("prod").one("Role", "slipway-preview")


def test_who_previews_changes_nothing() -> None:
    policies = [one for one in stacks.platform("prod").of("Policy") if "preview" in one.name]
    assert len(policies) == 4
    actions = {action for one in policies for found in statements(one.inputs) for action in found["Action"]}
    assert len(actions) > 40
    reading = ("BatchGet", "BatchCheck", "Decrypt", "Describe", "Get", "List", "View", "Access")
    assert [one for one in actions if not one.partition(":")[2].startswith(reading)] == []


def test_who_previews_sees_all_of_the_cluster() -> None:
    found = stacks.platform("prod").one("AccessPolicyAssociation", "preview")
    assert found["policyArn"].endswith("/AmazonEKSAdminViewPolicy")
    assert found["principalArn"].endswith("role/slipway-preview")


def test_iam_takes_the_policies() -> None:
    for one in stacks.platform("prod").of("Policy"):
        assert len("".join(one.inputs["policy"].split())) <= LIMIT


def test_without_pipelines_there_is_nothing_for_them() -> None:
    config = stacks.aws_configuration()
    drop(*PLACE, "access", "github")(config)
    found = stacks.platform_on_aws(config)
    assert found.of("OpenIdConnectProvider") == []
    assert {one.inputs["principalArn"] for one in found.of("AccessEntry")} == {
        "arn:aws:iam::444455556666:role/PlatformAdministrator",
        "arn:aws:iam::111122223333:role/slipway-nodes",
        "arn:aws:iam::111122223333:role/slipway-serving-deployer",
    }
