import pulumi
import pytest

from infra.serving import foundation
from infra.serving.config import ServingConfig
from infra.serving.stack import build
from tests.infra import stacks
from tests.infra.recording import record
from tests.infra.values import Object


def test_a_platform_without_an_output_is_named_with_the_remedy() -> None:
    config = stacks.serving_configuration("local")
    incomplete: Object = {**stacks.platform().outputs, "gateway": {"url": "x", "namespace": "gateway"}}

    def program() -> None:
        build(stacks.load(ServingConfig, "slipway", config), stacks.full_store)

    with pytest.raises(
        pulumi.RunError, match=r"'organization/slipway-platform/local' has no output gateway\.internalUrl"
    ):
        record(program, "slipway", "local", config, {config["slipway:platform"]: incomplete}, preview=False)


def test_what_comes_from_the_cluster_output_stays_secret() -> None:
    found: dict[str, bool] = {}

    def program() -> pulumi.Output[None]:
        outputs = foundation.read("organization/slipway-platform/local")

        async def look() -> None:
            found["kubeconfig"] = await outputs.kubeconfig.is_secret()
            found["registry"] = await outputs.registry.is_secret()

        return pulumi.Output.from_input(look())

    references = {"organization/slipway-platform/local": stacks.platform().outputs}
    record(program, "slipway", "local", {}, references, preview=False)
    assert found == {"kubeconfig": True, "registry": False}
