import pytest

from tests.infra import stacks
from tests.infra.values import Object


def test_the_deployer_has_its_rights_in_its_namespace_alone() -> None:
    platform = stacks.platform()
    for name in ("serving", "trial"):
        binding = platform.one("RoleBinding", f"{name}-deployer")
        assert binding["metadata"]["namespace"] == name
        assert binding["roleRef"]["kind"] == "Role"
        account: Object = platform.one("ServiceAccount", f"{name}-deployer-account")["metadata"]
        assert binding["subjects"] == [
            {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
        ]
    bound = [subject["name"] for one in platform.of("ClusterRoleBinding") for subject in one.inputs["subjects"]]
    assert "deployer" not in bound


def test_a_deployer_reads_no_secrets_and_enters_no_pods() -> None:
    granted = {
        resource
        for rule in stacks.platform().one("Role", "serving-deployer")["rules"]
        for resource in rule["resources"]
    }
    assert not granted & {"secrets", "pods/exec", "pods/attach", "serviceaccounts/token", "resourcequotas"}


def test_the_quota_is_the_one_that_the_stack_names() -> None:
    hard = stacks.platform().one("ResourceQuota", "serving-quota")["spec"]["hard"]
    said = stacks.platform_configuration()["slipway-platform:namespaces"]["serving"]["quota"]
    assert hard["pods"] == str(said["pods"])
    assert hard["requests.memory"] == said["requests"]["memory"]
    assert hard["limits.ephemeral-storage"] == said["limits"]["ephemeralStorage"]


@pytest.mark.parametrize("protect", [True, False])
def test_a_namespace_outlives_a_stack_that_says_so_and_all_that_is_in_it_with_it(protect: bool) -> None:
    config = stacks.platform_configuration() | {"slipway-platform:protect": protect}
    platform = stacks.platform_with(config)
    assert platform.resource("Namespace", "serving").request.protect is protect
    assert platform.resource("Namespace", "gateway").request.protect is False
