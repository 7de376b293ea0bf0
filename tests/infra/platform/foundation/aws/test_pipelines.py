from infra.platform.foundation.aws.rights import LIMIT
from tests.infra import stacks
from tests.infra.changes import drop
from tests.infra.platform.foundation.aws.documents import statements
from tests.infra.platform.foundation.aws.test_config import PLACE


def test_a_job_signs_in_by_what_github_says_of_it() -> None:
    for kind, subject in (("deploy", "environment:prod"), ("preview", "pull_request")):
        (trust,) = statements(stacks.platform("prod").one("Role", f"slipway-{kind}"), "assumeRolePolicy")
        assert trust["Condition"]["StringEquals"] == {
            "token.actions.githubusercontent.com:sub": f"repo:example/slipway:{subject}",
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        }


def test_who_previews_changes_nothing() -> None:
    policies = [one for one in stacks.platform("prod").of("Policy") if "preview" in one.name]
    assert len(policies) == 3
    actions = {action for one in policies for found in statements(one.inputs) for action in found["Action"]}
    assert len(actions) > 40
    reading = ("BatchGet", "Describe", "Get", "List", "View", "Access")
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
