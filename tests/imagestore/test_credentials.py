import base64
import json
import os
from pathlib import Path

import pytest

from imagestore.credentials import Credential, credential
from imagestore.errors import RegistryDenied


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def helper(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "docker-credential-vault"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_what_docker_login_left_is_taken(config: Path) -> None:
    known = {"auths": {"one.example": {"auth": base64.b64encode(b"AWS:a:b").decode()}}}
    config.write_text(json.dumps(known))
    assert credential("one.example") == Credential("AWS", "a:b")
    assert credential("two.example") is None


def test_nobody_has_signed_in(config: Path) -> None:
    assert credential("one.example") is None


@pytest.mark.parametrize("known", [{"credsStore": "vault"}, {"credHelpers": {"one.example": "vault"}}])
def test_a_helper_is_asked(config: Path, known: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(json.dumps(known))
    helper(tmp_path, """read host; echo "{\\"Username\\": \\"u\\", \\"Secret\\": \\"s-$host\\"}" """, monkeypatch)
    assert credential("one.example") == Credential("u", "s-one.example")
    helper(tmp_path, "echo credentials not found; exit 1", monkeypatch)
    assert credential("one.example") is None


@pytest.mark.parametrize("content", ["no json", "[]", '{"auths": {"one.example": {"auth": "%"}}}'])
def test_a_broken_file_says_what_to_do(config: Path, content: str) -> None:
    config.write_text(content)
    with pytest.raises(RegistryDenied, match=r"can't be read: sign in anew with `docker login one.example`"):
        credential("one.example")


def test_a_broken_helper_tells_nothing_of_what_it_said(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('{"credsStore": "vault"}')
    helper(tmp_path, "echo s3cret", monkeypatch)
    with pytest.raises(RegistryDenied, match=r"gives no credentials for one.example") as failed:
        credential("one.example")
    assert "s3cret" not in str(failed.value)
    config.write_text('{"credsStore": "absent"}')
    with pytest.raises(RegistryDenied, match="docker-credential-absent gives no credentials"):
        credential("one.example")
