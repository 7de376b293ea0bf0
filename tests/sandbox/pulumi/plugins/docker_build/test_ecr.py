"""Who may publish an image to an account's registry is asked of AWS, for one registry is behind all of them."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.aws.accounts import key_of
from sandbox.pulumi.plugins.docker_build import ecr
from sandbox.pulumi.plugins.docker_build.builder import BuildError
from sandbox.pulumi.plugins.docker_build.reference import ECR, Repository
from tests.sandbox.aws.running import Running

OURS, THEIRS = "111122223333", "444455556666"
NAME = "slipway/service"


def registry_of(account: str) -> str:
    return f"{account}.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    with Running(tmp_path_factory.mktemp("aws") / "data") as server:
        for account in (OURS, THEIRS):
            server.client("ecr", key_of(account, "TEST")).create_repository(repositoryName=NAME)
        yield server


@pytest.fixture(autouse=True)
def signed_in(aws: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works in our account, with the registry behind it."""
    monkeypatch.setenv(ECR, "127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_of(OURS, "TEST"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def test_who_is_of_the_account_may_publish_to_its_repository() -> None:
    ecr.log_in(Repository(registry_of(OURS), NAME))


def test_another_accounts_registry_refuses() -> None:
    with pytest.raises(BuildError, match=f"403 Forbidden: you are signed in to {OURS}, and it is {THEIRS}'s"):
        ecr.log_in(Repository(registry_of(THEIRS), NAME))


def test_a_repository_that_is_not_there_refuses() -> None:
    with pytest.raises(BuildError, match=r"slipway/other can't be published to: .*RepositoryNotFound"):
        ecr.log_in(Repository(registry_of(OURS), "slipway/other"))


def test_who_can_not_sign_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(BuildError, match="can't be published to"):
        ecr.log_in(Repository(registry_of(OURS), NAME))


@pytest.mark.parametrize("registry", ["127.0.0.1:5050", "ghcr.io"])
def test_other_registries_are_not_asked_about(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    ecr.log_in(Repository(registry, NAME))


@pytest.mark.engine
def test_nothing_is_built_for_a_registry_that_refuses(plugin: Any, inputs: dict[str, Any], said: Any) -> None:
    with pytest.raises(grpc.RpcError, match="403 Forbidden"):
        plugin.create("docker-build:index:Image", "service", {**inputs, "tags": [f"{registry_of(THEIRS)}/{NAME}:one"]})
    assert said.lasting == []


def test_awss_command_line_prints_the_password(aws: Running) -> None:
    command = [Path(sys.executable).parent / "aws", "--region", "eu-central-1", "ecr", "get-login-password"]
    environment = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": key_of(OURS, "CLI"),
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/dev/null",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(OURS)
