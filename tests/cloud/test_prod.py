"""Production, whole, through the real engine: it comes up as staging does, and does not go by mistake."""

import pytest

from sandbox.errors import SandboxError
from sandbox.journey import journey, questions
from sandbox.pulumi import EngineError
from tests.cloud.conftest import Up
from tests.sandbox.aws.inventory import left

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


def test_neither_refresh_nor_preview_finds_anything_to_change(prod: Up) -> None:
    prod.settled()


def test_it_serves_the_image_that_was_proven_before(prod: Up) -> None:
    image = prod.serving.outputs()["image"]
    assert image.startswith("444455556666.dkr.ecr.eu-central-1.amazonaws.com/slipway/service@sha256:")
    pods = prod.cluster.pods("serving", "app.kubernetes.io/component=model-server")
    assert {container["image"] for pod in pods for container in pod["spec"]["containers"]} == {image}
    for answer in questions.ask(prod.model["url"], entrance=prod.cloud.entrance):
        assert 0 <= answer.prediction["failure_probability"] <= 1


def test_it_does_not_go_by_mistake(prod: Up) -> None:
    """Afterwards a fixture lets go of it on purpose, and it goes without a rest."""
    before = left(prod.account), prod.cluster.left("serving")
    with pytest.raises(SandboxError, match="prod is protected"):
        journey.destroy(prod.state, prod.cloud.name)
    with pytest.raises(EngineError, match="this platform is protected"):
        prod.platform.destroy()
    with pytest.raises(EngineError, match="in the cluster are protected"):
        prod.platform.leave_cluster()
    assert (left(prod.account), prod.cluster.left("serving")) == before
    prod.settled()
