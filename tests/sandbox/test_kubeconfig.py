"""The driver for a cluster that exists already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest
import yaml

from sandbox import kubeconfig, probes
from sandbox.driver import DriverName
from sandbox.errors import SandboxError
from sandbox.kubeconfig import Existing, Kubeconfig
from sandbox.state import State
from sandbox.toolchain import images

CONTENT: Mapping[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "one",
    "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
    "clusters": [{"name": "one", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority": "ca.crt"}}],
    "users": [{"name": "one", "user": {"client-certificate": "pki/a.crt", "client-key": "/abs/a.key"}}],
}


@pytest.fixture
def existing(tmp_path: Path) -> Existing:
    file = tmp_path / "theirs" / "config"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(dict(CONTENT)))
    return Existing(
        kubeconfig=file, registry="127.0.0.1:5000", s3="http://127.0.0.1:9000", gateway="http://127.0.0.1:30080"
    )


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """A world in which everything answers, but for what a test puts in by URL."""
    troubles: dict[str, str | None] = {}
    monkeypatch.setattr(images, "push", Mock())
    monkeypatch.setattr(probes, "speaks_http", Mock(side_effect=troubles.get))
    monkeypatch.setattr(kubeconfig, "_ask", Mock(return_value={"metadata": {"uid": "u-1"}}))
    return troubles


def test_a_copy_names_its_files_absolutely(existing: Existing) -> None:
    copy = yaml.safe_load(kubeconfig.standing_alone(existing.kubeconfig))
    folder = existing.kubeconfig.parent

    assert copy["clusters"][0]["cluster"]["certificate-authority"] == str(folder / "ca.crt")
    assert copy["users"][0]["user"]["client-certificate"] == str(folder / "pki/a.crt")
    assert copy["users"][0]["user"]["client-key"] == "/abs/a.key"


@pytest.mark.parametrize("content", ["[", "hello", "kind: Config"])
def test_a_file_that_is_no_kubeconfig_is_refused(existing: Existing, content: str) -> None:
    existing.kubeconfig.write_text(content)
    with pytest.raises(SandboxError, match=r"--kubeconfig \S+ is no kubeconfig"):
        kubeconfig.standing_alone(existing.kubeconfig)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="No such file"):
        kubeconfig.standing_alone(tmp_path / "none")


def test_up_gives_access_to_what_exists(existing: Existing, working: dict[str, str | None], tmp_path: Path) -> None:
    state = State(tmp_path / "state")

    access = Kubeconfig(state, existing).up()

    assert (access.driver, access.identifier) == (DriverName.KUBECONFIG, "u-1")
    assert (access.registry, access.store, access.gateway) == (existing.registry, existing.s3, existing.gateway)
    assert access.kubeconfig == state.kubeconfig
    assert cast("Mock", images.push).call_args.args == (state, existing.registry)
    assert state.kubeconfig.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("url", "name"), [("http://127.0.0.1:5000/v2/", "registry"), ("http://127.0.0.1:9000", "s3")])
def test_what_does_not_answer_is_named_and_nothing_is_kept(
    existing: Existing, working: dict[str, str | None], tmp_path: Path, url: str, name: str
) -> None:
    working[url] = f"{url}: connection refused"
    state = State(tmp_path / "state")

    with pytest.raises(SandboxError, match=f"the {name} does not answer .*refused"):
        Kubeconfig(state, existing).up()

    assert not state.cluster.exists()


def test_a_cluster_that_does_not_answer_is_named(existing: Existing, tmp_path: Path) -> None:
    # Without certificates, whose absence would be told first.
    content = yaml.safe_load(existing.kubeconfig.read_text())
    del content["clusters"][0]["cluster"]["certificate-authority"]
    content["users"][0]["user"] = {}
    existing.kubeconfig.write_text(yaml.safe_dump(content))

    with pytest.raises(SandboxError, match=r"https://127\.0\.0\.1:1.*[Rr]efused"):
        Kubeconfig(State(tmp_path / "state"), existing).up()


def test_down_forgets_and_leaves_their_file(existing: Existing, working: dict[str, str | None], tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    driver = Kubeconfig(state, existing)
    driver.up()

    driver.down()

    assert not state.cluster.exists()
    assert existing.kubeconfig.exists()


def test_it_has_no_logs(existing: Existing, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="does not run kubelet"):
        Kubeconfig(State(tmp_path), existing).log("kubelet")
