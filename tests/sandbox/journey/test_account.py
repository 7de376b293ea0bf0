"""Who signs in at an account is a session of one of its roles, as people have it there."""

from pathlib import Path

import pytest

from sandbox import driver
from sandbox.driver import Access, DriverName
from sandbox.errors import EngineError
from sandbox.journey import account as accounts
from sandbox.journey.account import Account
from sandbox.journey.cloud import PLATFORM
from sandbox.state import State
from tests.sandbox.aws.running import Running

STAGING = Account.of(PLATFORM / "Pulumi.staging.yaml")


def state_at(tmp_path: Path, store: str) -> State:
    state = State(tmp_path / "state")
    driver.record(
        state,
        Access(
            driver=DriverName.EMBEDDED,
            kubeconfig=state.kubeconfig,
            identifier="u",
            registry="127.0.0.1:5050",
            store=store,
            gateway="http://127.0.0.1:30080",
        ),
    )
    return state


def test_an_account_is_the_one_that_the_stack_names() -> None:
    assert STAGING.number == "111122223333"
    assert STAGING.registry == "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
    assert {STAGING.administrator, STAGING.deployer} == {
        f"arn:aws:iam::{STAGING.number}:role/{name}" for name in ("PlatformAdministrator", "ModelDeployer")
    }


def test_who_signs_in_is_that_role_each_time(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as server:
        state = state_at(tmp_path, server.url)
        for found in [accounts.signed_in(state, STAGING, STAGING.administrator) for _ in range(2)]:
            caller = server.client("sts", found["AWS_ACCESS_KEY_ID"]).get_caller_identity()
            assert caller["Account"] == STAGING.number
            assert caller["Arn"].endswith(":assumed-role/PlatformAdministrator/sandbox")
        found = accounts.signed_in(state, STAGING, STAGING.deployer)
        assert found["AWS_ENDPOINT_URL"] == server.url
        assert found["AWS_REGION"] == STAGING.region
        # What somebody has for the real AWS is neither read nor used.
        assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_where_no_aws_answers_nobody_signs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    state = state_at(tmp_path, "http://127.0.0.1:1")
    with pytest.raises(EngineError, match=f"nobody can sign in as {STAGING.deployer} at http://127.0.0.1:1"):
        accounts.signed_in(state, STAGING, STAGING.deployer)


def test_where_the_sandbox_is_gone_nobody_signs_in(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no sandbox in"):
        accounts.signed_in(State(tmp_path), STAGING, STAGING.deployer)
