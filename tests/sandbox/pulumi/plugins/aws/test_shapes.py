"""Botocore's models: names and values in both spellings."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.aws import shapes


def both_ways(service: str, operation: str, value: Any, **names: str) -> Any:
    shape = shapes.operation(service, operation).input_shape
    return shapes.to_api(value, shape, names)


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("KMSMasterKeyID", "kmsMasterKeyId"),
        ("VpcId", "vpcId"),
        ("CidrIpv4", "cidrIpv4"),
        ("clusterName", "clusterName"),
        ("OpenIDConnectProviderArn", "openIdConnectProviderArn"),
        ("ID", "id"),
    ],
)
def test_a_member_has_its_name_in_pulumi(member: str, name: str) -> None:
    assert shapes.camel(member) == name


@pytest.mark.parametrize(
    ("service", "operation", "value", "members"),
    [
        # a structure that is nothing but a value
        ("ec2", "ModifyVpcAttribute", {"enableDnsSupport": True}, {"EnableDnsSupport": {"Value": True}}),
        # a map that the API has as a list of pairs
        (
            "cloudwatch",
            "PutMetricAlarm",
            {"dimensions": {"b": "2", "a": "1"}},
            {"Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]},
        ),
        ("kms", "CreateKey", {"tags": {"a": "1"}}, {"Tags": [{"TagKey": "a", "TagValue": "1"}]}),
        # one for a list, and a list for one
        ("ec2", "DescribeVpcs", {"vpcIds": "vpc-1"}, {"VpcIds": ["vpc-1"]}),
        (
            "ecr",
            "CreateRepository",
            {"encryptionConfiguration": [{"encryptionType": "KMS"}]},
            {"encryptionConfiguration": {"encryptionType": "KMS"}},
        ),
        # text for what isn't
        ("sns", "CreateTopic", {"attributes": {"A": True, "B": 7}}, {"Attributes": {"A": "true", "B": "7"}}),
        # what isn't set
        ("eks", "DescribeCluster", {"name": None}, {}),
    ],
)
def test_a_value_becomes_what_the_api_wants(service: str, operation: str, value: Any, members: Any) -> None:
    assert both_ways(service, operation, value) == members


def test_a_row_has_the_last_word_on_names() -> None:
    assert both_ways("iam", "CreateRole", {"name": "r"}, name="RoleName") == {"RoleName": "r"}


def test_an_answer_has_pulumis_names_and_keeps_the_keys_of_maps() -> None:
    shape = shapes.operation("eks", "DescribeCluster").output_shape
    answer = {"cluster": {"resourcesVpcConfig": {"subnetIds": ["s"]}, "tags": {"Some-Tag": "t"}, "unheard-of": 1}}
    assert shapes.from_api(answer, shape, {"vpcConfig": "resourcesVpcConfig"}) == {
        "cluster": {"vpcConfig": {"subnetIds": ["s"]}, "tags": {"Some-Tag": "t"}}
    }


def test_pairs_are_a_map() -> None:
    assert shapes.as_map([{"key": "a", "value": "1"}, {"key": "b"}]) == {"a": "1", "b": ""}
    assert shapes.as_map([{"tagKey": "a", "tagValue": "1"}]) == {"a": "1"}
