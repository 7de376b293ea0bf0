import json

from infra.shared.cluster import EksRole
from tests.infra import stacks
from tests.infra.platform.foundation.aws.documents import statements

GROUP = "slipway:serving"


def test_the_role_is_a_group_in_the_cluster_that_may_do_what_serving_does() -> None:
    prod = stacks.platform("prod")
    entry = prod.one("AccessEntry", "serving-deployer")
    assert entry["kubernetesGroups"] == [GROUP]
    binding = prod.one("RoleBinding", "serving-deployer")
    assert binding["subjects"] == [{"kind": "Group", "name": GROUP, "apiGroup": "rbac.authorization.k8s.io"}]
    assert not [one for one in prod.of("AccessPolicyAssociation") if "deployer" in one.name]


def test_who_is_named_may_be_it() -> None:
    (trust,) = statements(stacks.platform("prod").one("Role", "slipway-serving-deployer"), "assumeRolePolicy")
    assert trust["Principal"]["AWS"] == [
        "arn:aws:iam::444455556666:role/ModelDeployer",
        "arn:aws:iam::111122223333:role/slipway-deploy",
    ]


def test_it_finds_the_cluster_and_may_do_nothing_else_of_aws() -> None:
    (found,) = statements(stacks.platform("prod").one("RolePolicy", "slipway-serving-deployer-rights"))
    assert found["Action"] == ["eks:DescribeCluster"]
    assert found["Resource"].endswith(":cluster/slipway-prod")


def test_serving_signs_in_as_the_role_and_keeps_no_token() -> None:
    serving = stacks.serving("prod")
    kubeconfig = json.loads(serving.one("kubernetes", "cluster")["kubeconfig"])
    (user,) = kubeconfig["users"]
    role = "arn:aws:iam::111122223333:role/slipway-serving-deployer"
    signs_in = EksRole.model_validate({"clusterName": "slipway-prod", "region": "eu-central-1", "role": role})
    assert user["user"] == signs_in.user()
    assert kubeconfig["contexts"][0]["context"]["namespace"] == "serving"
    assert "token" not in user["user"]


def test_no_secret_is_declared_for_it() -> None:
    assert [one.name for one in stacks.platform("prod").of("Secret") if "deployer" in one.name] == []
