import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from infra.shared import cluster
from infra.shared.cluster import ONLY_LOOKS, Cluster, Credential, EksRole, Token
from tests.infra import stacks

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of secrets on the wire


def test_a_renewed_kubeconfig_is_still_the_same_cluster() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        assert recording.one("kubernetes")["clusterIdentifier"] == "sandbox"


def test_a_kubeconfig_goes_to_the_engine_as_a_secret() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        assert SECRET in str(recording.resource("kubernetes").request.object)


def test_serving_signs_in_as_the_deployer_of_its_namespace_and_never_as_the_administrator() -> None:
    assert stacks.platform().one("kubernetes")["kubeconfig"] == stacks.KUBECONFIG.content
    kubeconfig = json.loads(stacks.serving().one("kubernetes")["kubeconfig"])
    (user,), (entry,), (context,) = kubeconfig["users"], kubeconfig["clusters"], kubeconfig["contexts"]
    assert user["user"] == {"token": "a token"}
    assert entry["cluster"] == {"server": "https://10.244.0.1:6443", "certificate-authority-data": "Y2E="}
    assert context["context"] == {"cluster": entry["name"], "user": user["name"], "namespace": "serving"}
    assert kubeconfig["current-context"] == context["name"]


def test_a_token_is_in_no_text_about_it() -> None:
    token = Token(token="very secret")  # noqa: S106
    assert "very secret" not in f"{token} {token!r}"
    reached = Cluster.model_validate({"endpoint": "https://a", "certificateAuthority": "Y2E=", "identifier": "one"})
    assert "very secret" in cluster.kubeconfig(reached, token, "serving")


ROLE = EksRole.model_validate({"clusterName": "slipway-prod", "region": "eu-central-1"})
DEPLOYER = EksRole.model_validate(
    {"clusterName": "slipway-prod", "region": "eu-central-1", "role": "arn:aws:iam::1:role/a"}
)
SAYS_ARGUMENTS = 'for one; do echo "$one"; done'
TOKEN = ["--region", "eu-central-1", "eks", "get-token", "--cluster-name", "slipway-prod", "--output", "json"]


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script in the place of AWS's tool."""
    monkeypatch.delenv(ONLY_LOOKS, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def put(script: str) -> None:
        program = tmp_path / "aws"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return put


def asked(role: EksRole) -> list[str]:
    """What AWS's tool is asked by the entry of a kubeconfig, where it says that."""
    entry: Any = role.user()["exec"]
    ran = subprocess.run([entry["command"], *entry["args"]], check=True, capture_output=True, text=True)
    return ran.stdout.splitlines()


def test_a_role_signs_in_by_awss_own_tool_and_keeps_nothing(aws: Callable[[str], None]) -> None:
    aws(SAYS_ARGUMENTS)
    assert asked(DEPLOYER) == [*TOKEN, "--role-arn", "arn:aws:iam::1:role/a"]
    entry: Any = DEPLOYER.user()["exec"]
    assert {key: value for key, value in entry.items() if key not in ("command", "args")} == {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "interactiveMode": "Never",
    }


def test_who_only_looks_signs_in_as_who_they_are_by_the_same_kubeconfig(
    aws: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws(SAYS_ARGUMENTS)
    before = DEPLOYER.user()
    monkeypatch.setenv(ONLY_LOOKS, "yes")
    assert (asked(DEPLOYER), DEPLOYER.user()) == (TOKEN, before)


def test_whoever_asks_needs_no_role(aws: Callable[[str], None]) -> None:
    aws(SAYS_ARGUMENTS)
    assert asked(ROLE) == TOKEN


def test_each_kind_of_credential_is_read_back_as_what_it_was() -> None:
    adapter = TypeAdapter[Credential](Credential)
    for one in ({"token": "a"}, {"clusterName": "a", "region": "b", "role": "c"}):
        read = adapter.validate_python(one)
        assert adapter.dump_python(read, mode="json", by_alias=True) == one


def test_a_role_proves_who_asks_with_a_token_of_the_moment(aws: Callable[[str], None]) -> None:
    aws("""[ "$*" = "--region eu-central-1 eks get-token --cluster-name slipway-prod --output json" ] || exit 1
        echo '{"status": {"token": "k8s-aws-v1.abc"}}'""")
    assert ROLE.headers() == {"Authorization": "Bearer k8s-aws-v1.abc"}


def test_who_may_not_be_the_role_is_told_in_awss_words(aws: Callable[[str], None]) -> None:
    aws("echo 'Unable to locate credentials' >&2; exit 253")
    with pytest.raises(OSError, match="slipway-prod lets nobody in, Unable to locate credentials"):
        ROLE.headers()


def test_a_prompt_that_nobody_sees_stops_no_plan(aws: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    aws("read answer || echo 'EOF when reading a line' >&2; exit 1")
    with pytest.raises(OSError, match="EOF when reading a line"):
        ROLE.headers()
    monkeypatch.setattr(cluster, "_SIGNED_IN_WITHIN", 0.1)
    aws("exec sleep 30")
    with pytest.raises(OSError, match=r"`aws eks get-token` took more than 0.1 s; sign in with `aws` first"):
        ROLE.headers()


@pytest.mark.parametrize("said", ["no JSON", "[]", '{"status": {}}'])
def test_what_is_no_token_is_none(aws: Callable[[str], None], said: str) -> None:
    aws(f"echo '{said}'")
    with pytest.raises(ValueError, match=r"gave no token|Expecting value"):
        ROLE.headers()
