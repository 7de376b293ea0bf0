import copy

import pulumi
import pytest

from infra.shared import platform_outputs
from tests.infra import stacks
from tests.infra.recording import record
from tests.infra.values import Object

STACK = "organization/slipway-platform/local"


@pytest.mark.parametrize(
    ("output", "path"),
    [
        ("gateway", "internalUrl"),
        ("cluster", "certificateAuthority"),
        ("modelStore", "environment"),
        ("network", "apiServer"),
    ],
)
def test_a_platform_without_an_output_is_named_with_the_remedy(output: str, path: str) -> None:
    incomplete: Object = copy.deepcopy(stacks.platform().outputs)
    del incomplete[output][path]
    with pytest.raises(
        pulumi.RunError, match=rf"slipway:platform = '{STACK}' has no output {output}\.{path} .*`make up`"
    ):
        stacks.serving_on(incomplete)


def test_a_platform_that_was_never_up_is_named_with_the_remedy() -> None:
    with pytest.raises(pulumi.RunError, match=rf"slipway:platform = '{STACK}' has no output \w+ .*bring that stack up"):
        stacks.serving_on({})


def test_what_is_wrong_with_a_credential_is_told_without_it() -> None:
    wrong: Object = copy.deepcopy(stacks.platform().outputs)
    wrong["credentials"]["serving"] = {"tokn": "very secret"}
    with pytest.raises(pulumi.RunError, match=r"has no output credentials\.serving\.token ") as error:
        stacks.serving_on(wrong)
    assert "very secret" not in str(error.value)


def test_credentials_stay_secret_and_nothing_else_becomes_so() -> None:
    found: dict[str, bool] = {}

    def program() -> pulumi.Output[None]:
        outputs = platform_outputs.read(STACK)

        async def look() -> None:
            found["credentials"] = await outputs.credentials.is_secret()
            found["cluster"] = await outputs.cluster.is_secret()
            found["registry"] = await outputs.registry.is_secret()

        return pulumi.Output.from_input(look())

    record(program, "slipway", "local", {}, {STACK: stacks.platform().outputs}, preview=False)
    assert found == {"credentials": True, "cluster": False, "registry": False}


def test_what_one_side_hands_over_is_what_the_other_side_gets() -> None:
    platform, found = stacks.platform().outputs, dict[str, object]()

    def program() -> pulumi.Output[None]:
        outputs = platform_outputs.read(STACK)

        async def look() -> None:
            store, network = await outputs.model_store.future(), await outputs.network.future()
            assert store is not None
            assert network is not None
            found["store"] = store.environment
            found["network"] = [(one.cidr, one.port) for one in [*network.api_server, *network.model_store]]

        return pulumi.Output.from_input(look())

    record(program, "slipway", "local", {}, {STACK: platform}, preview=False)
    assert found == {
        "store": platform["modelStore"]["environment"],
        "network": [("10.244.0.1/32", 443), ("10.244.0.1/32", 4566)],
    }
