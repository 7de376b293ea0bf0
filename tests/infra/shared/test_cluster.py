import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from infra.shared import cluster
from infra.shared.cluster import Cluster, Credential, EksRole, Token
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


def test_a_role_signs_in_by_awss_own_tool_and_keeps_nothing() -> None:
    role = EksRole.model_validate(
        {"clusterName": "slipway-prod", "region": "eu-central-1", "role": "arn:aws:iam::1:role/a"}
    )
    command = role.user()["exec"]
    assert command == {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": [
            *("--region", "eu-central-1", "eks", "get-token", "--cluster-name", "slipway-prod"),
            *("--output", "json", "--role-arn", "arn:aws:iam::1:role/a"),
        ],
        "interactiveMode": "Never",
    }


def test_whoever_asks_needs_no_role() -> None:
    role = EksRole.model_validate({"clusterName": "slipway-prod", "region": "eu-central-1"})
    assert "--role-arn" not in str(role.user())


def test_each_kind_of_credential_is_read_back_as_what_it_was() -> None:
    adapter = TypeAdapter[Credential](Credential)
    for one in ({"token": "a"}, {"clusterName": "a", "region": "b", "role": "c"}):
        read = adapter.validate_python(one)
        assert adapter.dump_python(read, mode="json", by_alias=True) == one


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script in the place of AWS's tool."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def put(script: str) -> None:
        program = tmp_path / "aws"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return put


ROLE = EksRole.model_validate({"clusterName": "slipway-prod", "region": "eu-central-1"})


def test_a_role_proves_who_asks_with_a_token_of_the_moment(aws: Callable[[str], None]) -> None:
    aws("""[ "$*" = "--region eu-central-1 eks get-token --cluster-name slipway-prod --output json" ] || exit 1
        echo '{"status": {"token": "k8s-aws-v1.abc"}}'""")
    assert ROLE.headers() == {"Authorization": "Bearer k8s-aws-v1.abc"}


def test_who_may_not_be_the_role_is_told_in_awss_words(aws: Callable[[str], None]) -> None:
    aws("echo 'Unable to locate credentials' >&2; exit 253")
    with pytest.raises(OSError, match="slipway-prod lets nobody in, Unable to locate credentials"):
        ROLE.headers()


@pytest.mark.parametrize("said", ["no JSON", "[]", '{"status": {}}'])
def test_what_is_no_token_is_none(aws: Callable[[str], None], said: str) -> None:
    aws(f"echo '{said}'")
    with pytest.raises(ValueError, match=r"gave no token|Expecting value"):
        ROLE.headers()
