import pulumi
import pytest

from infra.platform.foundation.local.deployer import credential
from tests.infra import stacks


def test_each_namespace_has_a_deployer_with_a_token_of_its_own() -> None:
    platform = stacks.platform()
    for name in ("serving", "trial", "staging", "prod"):
        account = platform.one("ServiceAccount", f"{name}-deployer-account")
        assert account["metadata"]["namespace"] == name
        token = platform.resource("Secret", f"{name}-deployer-token")
        assert token.inputs["type"] == "kubernetes.io/service-account-token"
        assert token.inputs["metadata"]["namespace"] == name
        annotations = token.inputs["metadata"]["annotations"]
        assert annotations["kubernetes.io/service-account.name"] == account["metadata"]["name"]
        assert f"ServiceAccount {name}-deployer-account" in token.dependencies


def test_no_pod_gets_the_token_by_itself() -> None:
    assert stacks.platform().one("ServiceAccount", "serving-deployer-account")["automountServiceAccountToken"] is False


def test_the_token_is_handed_over_and_nobody_else_is_told() -> None:
    outputs = dict(stacks.platform().outputs)
    namespaces = ("serving", "trial", "staging", "prod")
    assert outputs.pop("credentials") == {name: {"token": "a token"} for name in namespaces}
    assert "a token" not in str(outputs)


@pytest.mark.parametrize("data", [None, {}, {"ca.crt": "bm9uZQ=="}])
def test_a_token_that_is_not_written_yet_is_told_with_the_remedy(data: dict[str, str] | None) -> None:
    with pytest.raises(pulumi.RunError, match="the Secret deployer has no token yet: run `pulumi refresh`"):
        credential(data)
