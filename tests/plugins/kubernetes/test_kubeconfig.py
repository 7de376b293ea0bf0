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


def test_files_are_looked_for_beside_the_kubeconfig_that_names_them(tmp_path: Path) -> None:
    file = tmp_path / "config"
    (tmp_path / "token").write_text("beside\n")
    file.write_text(yaml.safe_dump(document({"tokenFile": "token"})))
    assert load(str(file)).headers == {"Authorization": "Bearer beside"}

    (tmp_path / "program").write_text('#!/bin/sh\necho \'{"status": {"token": "run"}}\'\n')
    (tmp_path / "program").chmod(0o755)
    file.write_text(yaml.safe_dump(document({"exec": {"command": "./program"}})))
    assert load(str(file)).headers == {"Authorization": "Bearer run"}

    with_authority = document({})
    with_authority["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    file.write_text(yaml.safe_dump(with_authority))
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "ca.crt")):
        load(str(file))


def test_contents_have_no_place_so_files_count_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("here")
    monkeypatch.chdir(tmp_path)
    assert load(yaml.safe_dump(document({"tokenFile": "token"}))).headers == {"Authorization": "Bearer here"}


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
