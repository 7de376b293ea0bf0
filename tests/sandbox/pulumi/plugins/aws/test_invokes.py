"""Functions: who am I, where am I."""

from typing import Any

import grpc
import pytest


def test_the_caller_is_the_one_that_moto_says(aws: Any) -> None:
    answer = aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert answer["accountId"] == answer["id"] == "123456789012"
    assert answer["arn"].startswith("arn:aws:sts::123456789012:")


def test_the_region_is_the_providers_unless_asked_for_another(aws: Any) -> None:
    asked = "aws:index/getRegion:getRegion"
    assert aws.invoke(asked, {})["region"] == "us-east-1"
    assert aws.invoke(asked, {"region": "eu-west-1"}) == {
        "region": "eu-west-1",
        "name": "eu-west-1",
        "id": "eu-west-1",
        "description": "Europe (Ireland)",
        "endpoint": "ec2.eu-west-1.amazonaws.com",
    }


def test_the_partition_is_the_regions(aws: Any) -> None:
    assert aws.invoke("aws:index/getPartition:getPartition", {}) == {
        "partition": "aws",
        "id": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def test_another_function_is_refused_by_name(aws: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        aws.invoke("aws:ec2/getAmi:getAmi", {})
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert "aws:ec2/getAmi:getAmi" in str(refused.value.details())
