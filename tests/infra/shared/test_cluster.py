import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from infra.shared import cluster
from infra.shared.cluster import ONLY_LOOKS, Cluster, Credential, EksRole, Token
from tests.infra import stacks

ROLE = EksRole.model_validate(
    {"clusterName": "slipway-prod", "region": "eu-central-1", "role": "arn:aws:iam::1:role/a"}
)
TOKEN = ["--region", "eu-central-1", "eks", "get-token", "--cluster-name", "slipway-prod", "--output", "json"]
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


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for AWS's command line, which is the only one on PATH beside the shell."""
    (tmp_path / "sh").symlink_to("/bin/sh")
    (tmp_path / "cat").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(ONLY_LOOKS, raising=False)
    return tmp_path


def said(aws: Path, content: str) -> None:
    """Have it answer so, and write down what it was asked."""
    (aws / "answer").write_text(content)
    (aws / "aws").write_text(f"#!/bin/sh\nfor one; do echo \"$one\"; done >'{aws}/asked'\ncat '{aws}/answer'\n")
    (aws / "aws").chmod(0o755)


def asked(aws: Path, command: Any) -> list[str]:
    """What it is asked by an entry of a kubeconfig."""
    subprocess.run([command["command"], *command["args"]], check=True, capture_output=True)
    return (aws / "asked").read_text().splitlines()


def test_a_role_signs_in_by_awss_own_tool_and_keeps_nothing(aws: Path) -> None:
    command: Any = ROLE.user()["exec"]
    assert {key: value for key, value in command.items() if key not in ("command", "args")} == {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "interactiveMode": "Never",
    }
    said(aws, json.dumps({"status": {"token": "k8s-aws-v1.abc"}}))
    assert asked(aws, command) == [*TOKEN, "--role-arn", "arn:aws:iam::1:role/a"]
    assert ROLE.headers() == {"Authorization": "Bearer k8s-aws-v1.abc"}


def test_who_only_looks_signs_in_as_who_they_are_by_the_same_kubeconfig(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ROLE.user()
    monkeypatch.setenv(ONLY_LOOKS, "yes")
    said(aws, "{}")
    assert asked(aws, content["exec"]) == TOKEN
    assert ROLE.user() == content


def test_whoever_asks_needs_no_role(aws: Path) -> None:
    role = EksRole.model_validate({"clusterName": "slipway-prod", "region": "eu-central-1"})
    said(aws, "{}")
    assert asked(aws, role.user()["exec"]) == TOKEN


def test_where_nobody_gets_a_token_it_is_told_why_and_a_token_is_never_told(aws: Path) -> None:
    said(aws, "")
    (aws / "aws").write_text("#!/bin/sh\necho 'AccessDenied:\n you may not' >&2\nexit 254\n")
    with pytest.raises(PermissionError, match=r"gave no token: AccessDenied: you may not$"):
        ROLE.headers()
    said(aws, '{"token": "very secret"}')
    with pytest.raises(ValueError, match=r"^`aws eks get-token` gave something else than a token$"):
        ROLE.headers()
    (aws / "aws").unlink()
    with pytest.raises(OSError, match="not found"):
        ROLE.headers()


def test_each_kind_of_credential_is_read_back_as_what_it_was() -> None:
    adapter = TypeAdapter[Credential](Credential)
    for one in ({"token": "a"}, {"clusterName": "a", "region": "b", "role": "c"}):
        read = adapter.validate_python(one)
        assert adapter.dump_python(read, mode="json", by_alias=True) == one
