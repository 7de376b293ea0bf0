import pytest

from infra.shared.architecture import ARCHITECTURE
from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.test_config import PLACE
from tests.infra.values import Object

GPU = {"categories": ["g"], "newerThan": 4, "capacity": ["spot"], "cpu": "32", "memory": "128Gi", "gpu": True}


def with_gpu() -> Object:
    config = stacks.aws_configuration()
    put(*PLACE, "nodes", "pools", "gpu", value=GPU)(config)
    return config


def pool(config: Object | None = None, name: str = "general") -> Object:
    return stacks.platform_on_aws(config).one("NodePool", f"nodes-pool-{name}")


def needs(pool: Object) -> dict[str, tuple[str, list[str]]]:
    found = pool["spec"]["template"]["spec"]["requirements"]
    return {one["key"]: (one["operator"], one["values"]) for one in found}


def test_network_policies_hold_on_every_node() -> None:
    prod = stacks.platform("prod")
    assert prod.one("ConfigMap", "nodes-network-policies")["data"] == {"enable-network-policy-controller": "true"}
    assert prod.one("ConfigMap", "nodes-network-policies")["metadata"]["namespace"] == "kube-system"
    assert prod.one("NodeClass")["spec"]["networkPolicy"] == "DefaultAllow"
    assert prod.one("NodePool")["spec"]["template"]["spec"]["nodeClassRef"]["kind"] == "NodeClass"


def test_nodes_are_let_in_before_there_are_any() -> None:
    prod = stacks.platform("prod")
    entry = prod.one("AccessEntry", "nodes-admission")
    assert entry["type"] == "EC2"
    assert prod.one("AccessPolicyAssociation", "nodes-admission")["policyArn"].endswith("/AmazonEKSAutoNodePolicy")
    admission = {"AccessEntry nodes-admission", "AccessPolicyAssociation nodes-admission"}
    assert admission <= prod.resource("NodeClass").dependencies


def test_what_pulumi_can_not_tag_says_its_tags_itself() -> None:
    prod = stacks.platform("prod")
    tags = prod.one("NodeClass")["spec"]["tags"]
    assert tags == {
        "owner": "ml-platform",
        "cost-center": "models-prod",
        "slipway-stack": "prod",
        "managed-by": "pulumi",
    }
    parameters = prod.one("StorageClass")["parameters"]
    assert {parameters[f"tagSpecification_{one}"] for one in (1, 2, 3, 4)} == {f"{k}={v}" for k, v in tags.items()}


def test_disks_and_volumes_are_encrypted_with_our_key() -> None:
    prod = stacks.platform("prod")
    key = "arn:aws:kms:eu-central-1:111122223333:key/1a2b"
    assert prod.one("NodeClass")["spec"]["ephemeralStorage"] == {"size": "80Gi", "kmsKeyID": key}
    assert prod.one("StorageClass")["parameters"]["kmsKeyId"] == key
    assert prod.one("StorageClass")["provisioner"] == "ebs.csi.eks.amazonaws.com"


def test_nodes_are_of_the_images_architecture_and_in_all_zones() -> None:
    found = needs(pool())
    assert found["kubernetes.io/arch"] == ("In", [ARCHITECTURE])
    assert found["topology.kubernetes.io/zone"] == ("In", ["eu-central-1a", "eu-central-1b", "eu-central-1c"])
    assert found["eks.amazonaws.com/instance-generation"] == ("Gt", ["5"])


def test_only_who_tolerates_gpus_lands_on_them() -> None:
    assert "taints" not in pool(with_gpu())["spec"]["template"]["spec"]
    (taint,) = pool(with_gpu(), "gpu")["spec"]["template"]["spec"]["taints"]
    assert taint == {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}


def test_a_pool_has_limits_and_loses_one_node_at_a_time() -> None:
    spec = pool()["spec"]
    assert spec["limits"] == {"cpu": "128", "memory": "512Gi"}
    assert spec["disruption"]["budgets"] == [{"nodes": "1"}]
    assert spec["template"]["spec"]["expireAfter"] == "336h"


@pytest.mark.parametrize("kind", ["Deployment", "Namespace", "Service", "Prometheus"])
def test_what_runs_on_nodes_goes_before_them(kind: str) -> None:
    prod = stacks.platform("prod")
    assert {one.provider.partition("::")[2].split("::")[-2] for one in prod.of(kind)} == {"cluster"}
    ground = {"NodePool nodes-pool-general", "StorageClass nodes-volumes"}
    assert ground <= prod.resource("kubernetes", "cluster").dependencies
    assert "::cluster-ground::" in prod.resource("NodePool").provider
