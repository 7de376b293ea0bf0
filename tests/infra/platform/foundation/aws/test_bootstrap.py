"""State and secrets have a place in the account, which is safe by itself and the same however often it is made."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.platform.foundation.aws import bootstrap, preflight
from infra.platform.foundation.aws.bootstrap import BootstrapError, Place
from infra.platform.foundation.aws.config import Aws
from sandbox.aws.accounts import key_of
from tests.infra.stacks import CHECKOUT
from tests.sandbox.aws.running import Running

STACK = CHECKOUT / "infra/platform/Pulumi.staging.yaml"
BUCKET = "slipway-state-111122223333"
Clients = Callable[[str], Any]


@pytest.fixture
def config() -> Aws:
    return preflight.read(STACK)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path / "data") as server:
        yield server


@pytest.fixture
def client(server: Running, config: Aws) -> Clients:
    return lambda service: server.client(service, key_of(config.account, "OWNER"))


def test_the_place_of_the_state_is_versioned_encrypted_and_nobody_else_s(config: Aws, client: Clients) -> None:
    place = bootstrap.bootstrap(config, client)
    assert place == Place(bucket=BUCKET, region="eu-central-1")
    s3, of = client("s3"), {"Bucket": BUCKET}
    assert s3.get_bucket_versioning(**of)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(**of)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert all(s3.get_public_access_block(**of)["PublicAccessBlockConfiguration"].values())
    statements = json.loads(s3.get_bucket_policy(**of)["Policy"])["Statement"]
    assert {one["Effect"] for one in statements} == {"Deny"}
    (kept,) = s3.get_bucket_lifecycle_configuration(**of)["Rules"]
    assert kept["NoncurrentVersionExpiration"]["NoncurrentDays"] == 365
    assert "Expiration" not in kept  # of what is there now

    kms = client("kms")
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert kms.describe_key(KeyId="alias/slipway-pulumi")["KeyMetadata"]["Arn"] == key
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_again_it_repairs_what_is_there_and_makes_nothing_else(config: Aws, client: Clients) -> None:
    bootstrap.bootstrap(config, client)
    s3 = client("s3")
    s3.put_object(Bucket=BUCKET, Key="state", Body=b"kept")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    keys = client("kms").list_keys()["Keys"]

    bootstrap.bootstrap(config, client)

    assert client("kms").list_keys()["Keys"] == keys
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_object(Bucket=BUCKET, Key="state")["Body"].read() == b"kept"


def test_in_another_account_nothing_is_made(config: Aws, server: Running) -> None:
    def elsewhere(service: str) -> Any:
        return server.client(service, key_of("444455556666", "OWNER"))

    with pytest.raises(BootstrapError, match="the stack is for account 111122223333, but you are arn:"):
        bootstrap.bootstrap(config, elsewhere)
    assert elsewhere("s3").list_buckets()["Buckets"] == []


def test_a_name_that_another_account_has_is_told(config: Aws, client: Clients, server: Running) -> None:
    server.client("s3", key_of("444455556666", "OWNER")).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    with pytest.raises(BootstrapError, match=f"bucket {BUCKET} is taken by another account"):
        bootstrap.bootstrap(config, client)


def test_the_command_prints_the_commands_that_use_it(
    server: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_of("111122223333", "OWNER"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    assert bootstrap.main([str(STACK)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"pulumi login 's3://{BUCKET}?region=eu-central-1'",
        "pulumi stack init STACK --secrets-provider 'awskms://alias/slipway-pulumi?region=eu-central-1'",
    ]


@pytest.mark.parametrize("arguments", [[], ["none.yaml"], [str(CHECKOUT / "infra/platform/Pulumi.local.yaml")]])
def test_without_a_stack_on_aws_it_says_how_it_is_called(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == 2
    assert "like infra/platform/Pulumi.staging.yaml" in capsys.readouterr().err
