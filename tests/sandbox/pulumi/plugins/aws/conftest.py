"""The plugin, configured for a moto server of each test's own."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox.pulumi.plugins.aws.provider import Aws


@pytest.fixture
def settings(moto: str) -> dict[str, Any]:
    """The provider's configuration, as the Python SDK sends it."""
    return {
        "region": "us-east-1",
        "endpoints": json.dumps([{"s3": moto, "sts": moto, "ssm": moto}]),
        "s3UsePathStyle": "true",
        "skipCredentialsValidation": "true",
        "skipRequestingAccountId": "true",
        "accessKey": "test",
        "secretKey": "test",
        "defaultTags": json.dumps({"tags": {"owner": "tests"}}),
    }


@pytest.fixture
def aws(serve_plugin: Any, settings: dict[str, Any]) -> Any:
    """The configured plugin."""
    plugin = serve_plugin(Aws())
    assert plugin.check_config(settings) is None
    plugin.configure(settings)
    return plugin


@pytest.fixture
def s3(moto: str) -> Any:
    """A client behind Pulumi's back."""
    config = Config(s3={"addressing_style": "path"}, proxies={})
    return boto3.client(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] (boto3 is untyped)
        "s3",
        endpoint_url=moto,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (moto takes any)
        config=config,
    )
