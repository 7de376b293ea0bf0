import ipaddress

import pytest

from tests.infra import stacks


def test_no_other_account_is_touched() -> None:
    provider = stacks.platform("prod").one("aws", "aws")
    assert provider["region"] == "eu-central-1"
    assert "444455556666" in str(provider["allowedAccountIds"])
    assert provider["skipCredentialsValidation"] == "false"


def test_everything_is_tagged_that_pulumi_can_tag() -> None:
    assert "models-prod" in str(stacks.platform("prod").one("aws", "aws")["defaultTags"])


@pytest.mark.parametrize(("stack", "protected"), [("staging", False), ("prod", True)])
def test_what_holds_data_or_carries_others_is_protected_in_production(stack: str, protected: bool) -> None:
    kinds = ("Bucket", "Cluster", "Key", "Repository", "Vpc")
    found = {(kind, one.request.protect) for kind in kinds for one in stacks.platform(stack).of(kind)}
    assert found == {(kind, protected) for kind in kinds}


def test_policies_let_traffic_through_as_eks_sees_it() -> None:
    network = stacks.platform("prod").outputs["network"]
    private = ["10.50.0.0/18", "10.50.64.0/18", "10.50.128.0/18"]
    assert network["apiServer"] == [{"cidr": one, "port": 443} for one in ("172.20.0.1/32", *private)]
    assert network["modelStore"] == [
        *({"cidr": one, "port": 443} for one in private),
        {"cidr": "169.254.170.23/32", "port": 80},
    ]


def test_every_namespace_may_look_names_up_where_eks_answers() -> None:
    policy = stacks.platform("prod").one("NetworkPolicy", "gateway-dns")
    blocks = [one["ipBlock"]["cidr"] for one in policy["spec"]["egress"][0]["to"] if "ipBlock" in one]
    assert blocks == ["172.20.0.10/32"]
    assert ipaddress.ip_address("172.20.0.10") in ipaddress.ip_network("172.20.0.0/16")


def test_others_are_told_where_the_cluster_is() -> None:
    assert stacks.platform("prod").outputs["cluster"] == {
        "endpoint": "https://ABCD.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": "Y2E=",
        "identifier": "arn:aws:eks:eu-central-1:111122223333:cluster/slipway-prod",
    }


def test_models_are_encrypted_with_our_key_and_who_read_them_is_written_down() -> None:
    prod = stacks.platform("prod")
    (rule,) = prod.one("BucketServerSideEncryptionConfiguration", "models-encryption")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["bucketKeyEnabled"] is True
    assert prod.one("BucketLogging")["targetPrefix"] == "s3/"


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_a_first_preview_knows_enough_to_declare_everything(stack: str) -> None:
    preview, done = stacks.platform(stack, preview=True), stacks.platform(stack)
    assert {(one.type, one.name) for one in preview.resources} == {(one.type, one.name) for one in done.resources}
