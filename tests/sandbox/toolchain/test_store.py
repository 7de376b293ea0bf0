"""Products are kept by content, and no cut-off run leaves half of one."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.toolchain import store

MOUNTS_AND_WAITS = """
import subprocess, sys
from pathlib import Path
from sandbox import confined
from sandbox.toolchain import store

def build(folder):
    (folder / "root").mkdir()
    (folder / "half").touch()
    script = 'mount -t tmpfs none "$0" && touch "$0/file" && echo ready && sleep 300'
    subprocess.run(confined.command(["sh", "-c", script, str(folder / "root")]))

store.produce(Path(sys.argv[1]), "k1", build)
"""


def test_the_key_changes_with_every_input_and_with_their_borders(tmp_path: Path) -> None:
    file = tmp_path / "go.mod"
    file.write_text("a")
    keys = {store.key(file, "b"), store.key(file, "c"), store.key("ab"), store.key("a", "b", ""), store.key(b"ab", "")}
    assert len(keys) == 5


def test_a_product_is_built_once_per_key(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "program").write_text("1")

    first = store.produce(tmp_path / "tool", "k1", build)
    again = store.produce(tmp_path / "tool", "k1", build)
    assert first == again
    assert (again / "program").read_text() == "1"
    assert len(built) == 1


def test_a_new_key_replaces_the_old_product(tmp_path: Path) -> None:
    old = store.produce(tmp_path, "k1", lambda folder: None)
    new = store.produce(tmp_path, "k2", lambda folder: None)
    assert not old.exists()
    assert new.exists()


def test_a_product_that_is_in_use_outlasts_its_successor(tmp_path: Path) -> None:
    old = store.produce(tmp_path, "k1", lambda folder: None)
    store.produce(tmp_path, "k2", lambda folder: None, lambda product: product == old)
    assert old.exists()
    store.produce(tmp_path, "k3", lambda folder: None)
    assert [path.name for path in tmp_path.iterdir()] == ["k3"]


def test_a_build_that_breaks_off_leaves_no_product_and_keeps_the_old_one(tmp_path: Path) -> None:
    old = store.produce(tmp_path, "k1", lambda folder: None)

    def breaks(folder: Path) -> None:
        (folder / "half").write_text("")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        store.produce(tmp_path, "k2", breaks)
    assert old.exists()
    assert not (tmp_path / "k2").exists()
    assert not (store.produce(tmp_path, "k2", lambda folder: None) / "half").exists()


@pytest.mark.timeout(60)
def test_a_build_that_is_killed_with_mounts_below_it_is_finished_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", MOUNTS_AND_WAITS, str(tmp_path)], stdout=subprocess.PIPE) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"ready\n"
        killed.send_signal(signal.SIGKILL)
        assert killed.stdout.read() == b""  # the end of the file: its build has ended too
    assert [one.name for one in tmp_path.iterdir()] == [".unfinished-k1"]

    product = store.produce(tmp_path, "k1", lambda folder: _write(folder / "program", "whole"))

    assert [one.name for one in product.iterdir()] == ["program"]
    assert [one.name for one in tmp_path.iterdir()] == ["k1"]


def test_links_are_replaced_when_the_product_changes(tmp_path: Path) -> None:
    for version in ("1", "2"):
        folder = store.produce(tmp_path / "tool", version, lambda at, text=version: _write(at / "program", text))
        store.link([folder / "program"], tmp_path / "bin")
        assert (tmp_path / "bin" / "program").read_text() == version


def _write(file: Path, text: str) -> None:
    file.write_text(text)
