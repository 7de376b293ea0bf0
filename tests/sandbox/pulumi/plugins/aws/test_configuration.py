"""The provider's configuration: nothing but stand-ins for AWS is ever talked to."""

import json
from importlib.metadata import version
from typing import Any

import grpc
import pytest

from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.wire import Secret, Unknown

BUCKET = "aws:s3/bucket:Bucket"
ENDPOINTS = json.dumps([{"s3": "http://127.0.0.1:1"}])


@pytest.fixture
def plugin(serve_plugin: Any) -> Any:
    return serve_plugin(Aws())


def test_the_plugin_has_the_version_of_the_installed_sdk(plugin: Any) -> None:
    assert plugin.version() == version("pulumi-aws")


@pytest.mark.parametrize("endpoints", [{}, {"endpoints": "[]"}])
def test_without_an_endpoint_the_provider_is_refused(plugin: Any, endpoints: Any) -> None:
    configuration = {"region": "us-east-1", **endpoints}

    assert "only to endpoints that are configured" in plugin.check_config(configuration).reasons["endpoints"]
    with pytest.raises(grpc.RpcError) as refused:
        plugin.configure(configuration)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "url", ["https://s3.us-east-1.amazonaws.com", "https://sts.amazonaws.com.cn", "127.0.0.1:4566"]
)
def test_amazons_own_endpoints_are_refused(plugin: Any, url: Any) -> None:
    configuration = {"region": "us-east-1", "endpoints": json.dumps([{"s3": url}])}
    assert url in plugin.check_config(configuration).reasons["endpoints"]


def test_a_key_that_the_stand_in_does_not_know_is_refused_by_name(plugin: Any) -> None:
    refused = plugin.check_config({"region": "us-east-1", "endpoints": ENDPOINTS, "profile": "prod"})
    assert refused.reasons.keys() == {"profile"}


def test_a_region_is_required(plugin: Any) -> None:
    assert plugin.check_config({"endpoints": ENDPOINTS}).reasons == {"region": "is required"}


def test_what_a_preview_does_not_know_yet_passes(plugin: Any) -> None:
    assert plugin.check_config({"region": Unknown(), "endpoints": Unknown(), "version": "7.51.1"}) is None


def test_a_service_without_an_endpoint_is_refused_before_anything_is_done(plugin: Any) -> None:
    plugin.configure({"region": "us-east-1", "endpoints": json.dumps([{"sts": "http://127.0.0.1:1"}])})

    with pytest.raises(grpc.RpcError) as refused:
        plugin.check(BUCKET, "store", {})

    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "'s3'" in str(refused.value.details())


def test_an_endpoint_that_does_not_answer_is_told(plugin: Any) -> None:
    plugin.configure({"region": "us-east-1", "endpoints": ENDPOINTS, "maxRetries": "0"})

    with pytest.raises(grpc.RpcError) as refused:
        plugin.create(BUCKET, "store", {})

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "python -m sandbox status" in str(refused.value.details())


def test_a_proxy_of_the_machine_is_not_asked(aws: Any, monkeypatch: Any, s3: Any) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    aws.create(BUCKET, "store", {})
    assert len(s3.list_buckets()["Buckets"]) == 1


def test_credentials_arrive_as_secrets(serve_plugin: Any, settings: Any) -> None:
    plugin = serve_plugin(Aws())
    plugin.configure({**settings, "accessKey": Secret("test"), "secretKey": Secret("test")})
    assert plugin.create(BUCKET, "store", {}).id


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({"region": "eu-west-1"}, {"region": "UPDATE_REPLACE"}),
        ({"maxRetries": "5"}, {"maxRetries": "ADD"}),
        ({}, {}),
    ],
)
def test_only_another_region_replaces_a_provider(plugin: Any, change: Any, changes: Any) -> None:
    before = {"region": "us-east-1", "endpoints": ENDPOINTS}
    assert plugin.diff_config(before, {**before, **change}).changes == changes


def test_a_type_that_is_not_in_the_table_is_told_with_those_that_are(aws: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        aws.check("aws:ec2/instance:Instance", "machine", {})
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert BUCKET in str(refused.value.details())
