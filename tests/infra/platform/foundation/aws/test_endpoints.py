import json

from tests.infra import stacks


def test_s3_is_reached_by_its_names_at_addresses_of_ours() -> None:
    endpoint = stacks.platform("prod").one("VpcEndpoint", "network-endpoints-s3")
    assert endpoint["vpcEndpointType"] == "Interface"
    assert endpoint["privateDnsEnabled"] is True
    assert endpoint["dnsOptions"] == {"privateDnsOnlyForInboundResolverEndpoint": False}
    assert len(endpoint["subnetIds"]) == 3


def test_s3s_other_names_leave_by_no_nat_either() -> None:
    endpoint = stacks.platform("prod").one("VpcEndpoint", "network-endpoints-s3-gateway")
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert len(endpoint["routeTableIds"]) == 3


def test_both_lead_to_buckets_of_the_account_and_to_images() -> None:
    for name in ("network-endpoints-s3", "network-endpoints-s3-gateway"):
        own, layers = json.loads(stacks.platform("staging").one("VpcEndpoint", name)["policy"])["Statement"]
        assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
        assert layers["Action"] == "s3:GetObject"
        assert layers["Resource"] == "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"


def test_production_reads_what_staging_has_proven_and_writes_nothing_there() -> None:
    staging = stacks.aws_configuration("staging")["slipway-platform:foundation"]["aws"]["account"]
    for name in ("network-endpoints-s3", "network-endpoints-s3-gateway"):
        proven = json.loads(stacks.platform("prod").one("VpcEndpoint", name)["policy"])["Statement"][-1]
        assert proven["Condition"] == {"StringEquals": {"aws:ResourceAccount": [staging]}}
        assert proven["Action"] == ["s3:GetObject", "s3:ListBucket"]


def test_a_registry_of_another_account_is_not_shut_out() -> None:
    for one in stacks.platform("prod").of("VpcEndpoint"):
        assert ("policy" in one.inputs) is one.inputs["serviceName"].endswith(".s3")


def test_the_stack_says_what_else_is_reached_so() -> None:
    names = {one.inputs["serviceName"] for one in stacks.platform("prod").of("VpcEndpoint")}
    assert {"com.amazonaws.eu-central-1.ecr.dkr", "com.amazonaws.eu-central-1.sts"} <= names
    assert len(stacks.platform("staging").of("VpcEndpoint")) == 2


def test_whoever_is_in_the_vpc_may_use_them() -> None:
    rule = stacks.platform("prod").one("SecurityGroupIngressRule")
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.50.0.0/16", 443, 443)
