"""The controllers' definitions come out of pinned modules, checked, in one step."""

import hashlib
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml

from sandbox.errors import BuildError
from sandbox.state import State
from sandbox.toolchain import manifests, programs


class Upstream:
    """A module's folder in Go's cache, and the lock that says what we take from it."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "module"
        self.source.mkdir()
        self.lock = folder / "crds.lock.yaml"
        self.go = Mock()
        self.go.source.return_value = self.source

    def publish(self, content: str) -> None:
        (self.source / "crd.yaml").write_text(content)
        entry = {
            "file": "tool/crd.yaml",
            "tool": "tool",
            "module": "example.org/tool",
            "version": "v1.2.3",
            "source": "crd.yaml",
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
        }
        self.lock.write_text(yaml.safe_dump({"crds": [entry]}))

    def fetch(self, state: State) -> str:
        return (manifests.fetch(state, self.go, self.lock) / "tool" / "crd.yaml").read_text()


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upstream:
    (tmp_path / "modules" / "tool").mkdir(parents=True)
    (tmp_path / "modules" / "tool" / "go.sum").touch()
    monkeypatch.setattr(programs, "MODULES", tmp_path / "modules")
    return Upstream(tmp_path)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


def test_they_are_where_the_platform_reads_them(upstream: Upstream, state: State) -> None:
    upstream.publish("one")
    assert upstream.fetch(state) == "one"
    assert (state.manifests / "tool" / "crd.yaml").read_text() == "one"


def test_what_is_there_is_not_fetched_again(upstream: Upstream, state: State) -> None:
    upstream.publish("one")
    upstream.fetch(state)
    upstream.go.source.side_effect = AssertionError("fetched again")
    assert upstream.fetch(state) == "one"


def test_a_new_lock_brings_new_ones(upstream: Upstream, state: State) -> None:
    upstream.publish("one")
    upstream.fetch(state)
    upstream.publish("two")
    assert upstream.fetch(state) == "two"
    assert (state.manifests / "tool" / "crd.yaml").read_text() == "two"


def test_what_a_killed_one_left_is_in_nobodys_way(upstream: Upstream, state: State) -> None:
    state.tools.mkdir(parents=True)
    state.manifests.with_name(".manifests.new").symlink_to("nowhere")
    state.manifests.mkdir(parents=True)  # a folder, as an earlier version of ours kept it
    (state.manifests / "old.yaml").touch()
    upstream.publish("one")
    assert upstream.fetch(state) == "one"


def test_content_that_is_not_the_locks_is_refused_and_what_was_there_stays(upstream: Upstream, state: State) -> None:
    upstream.publish("one")
    upstream.fetch(state)
    upstream.publish("two")
    (upstream.source / "crd.yaml").write_text("tampered")
    found = hashlib.sha256(b"tampered").hexdigest()
    with pytest.raises(BuildError, match=rf"crd.yaml has SHA-256 {found}, the lock of example.org/tool v1.2.3 wants"):
        upstream.fetch(state)
    assert (state.manifests / "tool" / "crd.yaml").read_text() == "one"


def test_the_definition_of_node_pools_is_there_once_it_was_fetched(upstream: Upstream, state: State) -> None:
    with pytest.raises(BuildError, match="run `make setup`"):
        manifests.pools(state)
    file = upstream.source / "pkg/apis/crds/karpenter.sh_nodepools.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("kind: CustomResourceDefinition")
    manifests.fetch_pools(state, upstream.go)
    file.unlink()
    manifests.fetch_pools(state, upstream.go)
    assert manifests.pools(state) == {"kind": "CustomResourceDefinition"}
