"""The plugin, configured for an S3 of each test's own, and for an account of each test's own in the sandbox's AWS."""

import json
from collections.abc import Generator, Iterator
from itertools import count
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config

from sandbox.aws.accounts import key_of
from sandbox.pulumi.plugins.aws.provider import Aws
from tests.sandbox.aws.running import Running
from tests.sandbox.pulumi.plugins.aws.world import World

TESTS: Final = 60
"""How many tests share a server: each leaves an account behind, and a server saves all of them with each change."""


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


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Generator[Generator[Running]]:
    """The sandbox's AWS, with a cluster around it, for one test after another; a new one after `TESTS`."""
    cluster = {"endpoint": "https://10.1.2.3:6443", "certificate_authority": "LS0t", "issuer": "https://tokens.test"}

    def one_after_another() -> Generator[Running]:
        while True:
            folder = tmp_path_factory.mktemp("aws")
            (folder / "around").write_text(json.dumps({"cluster": cluster}))
            with Running(folder / "data", options=("--controls", "--around", str(folder / "around"))) as running:
                for _ in range(TESTS):
                    yield running

    running = one_after_another()
    yield running
    running.close()


@pytest.fixture
def server(servers: Generator[Running]) -> Running:
    """The one for this test."""
    return next(servers)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(200_000_000_001)


@pytest.fixture
def world(
    server: Running, numbers: Iterator[int], serve_plugin: Any, monkeypatch: pytest.MonkeyPatch
) -> Generator[World]:
    """An account that nobody has used, by a plugin that has its endpoint and its credentials from the environment."""
    account = str(next(numbers))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_of(account, "TEST"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    plugin = serve_plugin(Aws())
    plugin.configure(
        {
            "region": "eu-central-1",
            "defaultTags": json.dumps({"tags": {"owner": "tests"}}),
            "allowedAccountIds": json.dumps([account]),
        }
    )
    world = World(plugin, account, server.url)
    yield world
    world.fail()
