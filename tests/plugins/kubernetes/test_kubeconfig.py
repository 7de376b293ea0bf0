"""Kubeconfigs."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.plugins.kubernetes.kubeconfig import KubeconfigError, load, parse


def document(user: dict[str, Any], **context: str) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443/", "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", **context}}],
        "current-context": "x",
    }


def test_contents_and_path_mean_the_same(tmp_path: Path) -> None:
    text = yaml.safe_dump(document({"token": "t"}))
    file = tmp_path / "config"
    file.write_text(text)
    assert parse(text) == parse(str(file)) == parse(json.dumps(document({"token": "t"})))


def test_a_token_becomes_a_header() -> None:
    cluster = load(yaml.safe_dump(document({"token": "t"}, namespace="team")))
    assert cluster.server == "https://10.0.0.1:6443"
    assert cluster.headers == {"Authorization": "Bearer t"}
    assert cluster.namespace == "team"


def test_name_and_password_become_a_header() -> None:
    cluster = load(yaml.safe_dump(document({"username": "u", "password": "p"})))
    assert cluster.headers == {"Authorization": f"Basic {base64.b64encode(b'u:p').decode()}"}


def test_a_program_gives_a_token(tmp_path: Path) -> None:
    program = tmp_path / "credentials.py"
    program.write_text("import os; print('{\"status\": {\"token\": \"' + os.environ['WHO'] + '\"}}')")
    user = {"exec": {"command": sys.executable, "args": [str(program)], "env": [{"name": "WHO", "value": "me"}]}}
    assert load(yaml.safe_dump(document(user))).headers == {"Authorization": "Bearer me"}


def test_a_program_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="gave no credentials"):
        load(yaml.safe_dump(document({"exec": {"command": str(tmp_path / "absent")}})))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/absent/config", "no file '/absent/config'"),
        ("a: [\n", "not YAML"),
        ("a: 1\n", "no clusters in it"),
        (yaml.safe_dump({**document({}), "current-context": "y"}), "contexts has no 'y'"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_says_why(text: str, message: str) -> None:
    with pytest.raises(KubeconfigError, match=message):
        load(text)
