from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.documents import statement, statements
from tests.infra.platform.foundation.aws.test_config import CONNECTION, PLACE
from tests.infra.recording import Recording


def declared() -> Recording:
    config = stacks.aws_configuration()
    put(*PLACE, "access", "github", "runner", value={"connection": CONNECTION})(config)
    return stacks.platform_on_aws(config)


def test_jobs_run_in_the_vpc_when_github_has_one() -> None:
    found = declared()
    project = found.one("Project")
    assert project["name"] == "slipway-prod-runner"
    assert project["source"]["location"] == "https://github.com/example/slipway.git"
    assert project["vpcConfig"]["vpcId"] == "Vpc network"
    assert len(project["vpcConfig"]["subnets"]) == 3
    (group,) = found.one("Webhook")["filterGroups"]
    assert group["filters"] == [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]


def test_they_reach_the_clusters_api() -> None:
    rule = declared().one("SecurityGroupIngressRule", "runner-cluster")
    assert (rule["securityGroupId"], rule["referencedSecurityGroupId"]) == ("sg-0a1b2c3d", "SecurityGroup runner")
    assert (rule["fromPort"], rule["toPort"]) == (443, 443)


def test_the_machine_may_do_nothing_but_be_one() -> None:
    found = declared()
    (trust,) = statements(found.one("Role", "slipway-runner"), "assumeRolePolicy")
    assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
    rights = found.one("RolePolicy", "slipway-runner-rights")
    assert {one["Sid"] for one in statements(rights)} == {"Log", "Connect", "Join", "HandInterface"}
    assert statement(rights, "Connect")["Resource"] == CONNECTION
    assert statement(rights, "HandInterface")["Condition"] == {
        "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}
    }


def test_without_it_there_is_none() -> None:
    assert stacks.platform("prod").of("Project") == []
