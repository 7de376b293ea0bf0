"""The project's own policy pack and programs, held to by the real CLI."""

import subprocess
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError, Stack
from sandbox.pulumi.cli import Cli
from tests.infra import stacks
from tests.sandbox.pulumi.project import Project

pytestmark = pytest.mark.engine

DEPLOYMENT = """
    class Deployment(pulumi.CustomResource):
        def __init__(self, name, **inputs):
            super().__init__("kubernetes:apps/v1:Deployment", name, inputs, pulumi.ResourceOptions(version=VERSION))

    Deployment("app", spec={"template": {"spec": {"containers": [{"name": "app", "image": "app:latest"}]}}})
"""


def test_a_stack_that_breaks_the_rules_is_refused_before_anything_is_made(project: Project) -> None:
    project.program(DEPLOYMENT)
    project.configure()
    stack = project.stack(policies=(stacks.CHECKOUT / "policies",))
    with pytest.raises(EngineError) as refused:
        stack.up()
    said = str(refused.value)
    assert "container 'app' uses 'app:latest', which has no digest" in said
    assert "container 'app' has no readinessProbe" in said
    assert "container 'app' has no securityContext.runAsNonRoot: true" in said
    assert project.objects == {}


def test_a_mistake_in_a_stack_ends_in_its_line_and_no_traceback(project: Project, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text((stacks.CHECKOUT / "Pulumi.prod.yaml").read_text().replace("minReplicas: 3", "minReplicas: 30"))

    cli = Cli(project.state, stacks.CHECKOUT)
    Stack(stacks.CHECKOUT, "mistaken", config, project.state).init()  # it writes nothing into the checkout
    command = cli.command("preview", "--stack=mistaken", f"--config-file={config}")
    done = subprocess.run(command, env=cli.variables(), capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode
    assert "slipway:models.maintenance_predictor.scaling: minReplicas 30 is above maxReplicas 10: swap them" in said
    assert "Traceback" not in said
