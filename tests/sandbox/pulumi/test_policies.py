import subprocess

import pytest

from sandbox.pulumi import EngineError, Stack
from sandbox.pulumi.cli import Cli
from tests.sandbox.pulumi.project import Project

pytestmark = pytest.mark.engine

PACK = """
    import pulumi
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

    def check(args, report):
        forbidden = pulumi.Config().get("forbidden")
        if args.props.get("data") == forbidden:
            report(f"{args.name} has {forbidden!r} in {pulumi.get_project()}/{pulumi.get_stack()}")

    rule = ResourceValidationPolicy("forbid-data", "Some data is forbidden.", check)
    PolicyPack("tests", [rule], enforcement_level=EnforcementLevel.MANDATORY)
"""


@pytest.fixture
def held(project: Project) -> Stack:
    """A stack that is held to a policy which reads the stack's configuration."""
    project.write_policy(PACK)
    project.program('Object("one", data=config.require("data"))')
    return project.stack(policies=(project.policy,))


def test_a_violating_stack_is_refused_before_anything_is_made(project: Project, held: Stack) -> None:
    project.configure(data="bad", forbidden="bad")

    with pytest.raises(EngineError) as raised:
        held.up()

    expected = f"one has 'bad' in {project.name}/test"
    assert expected in str(raised.value)
    assert "forbid-data" in str(raised.value)
    assert project.objects == {}


def test_a_stack_that_keeps_to_the_policy_is_made(project: Project, held: Stack) -> None:
    project.configure(data="good", forbidden="bad")

    held.up()

    assert list(project.objects.values()) == ["good"]


def test_a_policy_pack_that_cannot_start_refuses_the_update_with_its_own_reason(project: Project, held: Stack) -> None:
    project.configure(data="good")
    project.write_policy("import nothing_of_this_name")

    with pytest.raises(EngineError, match="nothing_of_this_name"):
        held.up()

    assert project.objects == {}


def test_a_plain_up_takes_configuration_and_policies_from_the_shells_variables(project: Project, held: Stack) -> None:
    project.configure(data="bad", forbidden="bad")
    cli = Cli(held.state, held.project)
    flags = {
        "PULUMI_OPTION_CONFIG_FILE": str(held.config),
        "PULUMI_OPTION_POLICY_PACK": str(project.policy),
    }

    done = subprocess.run(
        cli.command("up", "--yes"), env={**cli.variables(), **flags}, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert f"one has 'bad' in {project.name}/test" in done.stdout
    assert project.objects == {}
