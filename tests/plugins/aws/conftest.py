"""A moto server of each test's own, and the plugin configured for it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from sandbox.plugins.aws.provider import Aws


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto(moto_server: str) -> str:
    """The URL of an empty S3."""
    reset(moto_server)
    return moto_server


def reset(url: str) -> None:
    """Forget everything, as a restarted moto has."""
    import httpx

    httpx.post(f"{url}/moto-api/reset", trust_env=False).raise_for_status()


@pytest.fixture
def settings(moto: str) -> dict[str, Any]:
    """The provider's configuration, as the Python SDK sends it."""
    import json

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
