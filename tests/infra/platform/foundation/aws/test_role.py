from tests.infra import stacks


def test_its_rights_stand_beside_it() -> None:
    prod = stacks.platform("prod")
    attached = {one.inputs["policyArn"] for one in prod.of("RolePolicyAttachment") if "nodes" in one.name}
    assert attached == {
        "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    }
    assert prod.one("RolePolicy", "slipway-nodes-rights")["role"] == "slipway-nodes"


def test_every_role_is_named_as_those_who_hand_roles_on_may_know_it() -> None:
    roles = stacks.platform("prod").of("Role")
    ours = [one.name for one in roles if one.type.startswith("aws:iam")]
    assert len(ours) > 5
    assert all(one.startswith("slipway-") for one in ours)


def test_whoever_works_under_a_role_waits_for_its_rights() -> None:
    cluster = stacks.platform("prod").resource("Cluster")
    attached, stated = "slipway-cluster-amazoneksclusterpolicy", "slipway-cluster-rights"
    assert {f"RolePolicyAttachment {attached}", f"RolePolicy {stated}"} <= cluster.dependencies
