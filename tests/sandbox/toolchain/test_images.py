"""Images are made in one piece, and only whole ones count."""

import io
import json
import subprocess
import tarfile
from pathlib import Path
from unittest.mock import Mock

import pytest

from sandbox.errors import BuildError
from sandbox.state import State
from sandbox.toolchain import buildah, images

REFERENCE = "registry.example/one:v1"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(images, "IMAGES", {})
    return State(tmp_path)


def archive(state: State, folder: str, digest: str) -> None:
    content = json.dumps({"manifests": [{"digest": digest}]}).encode()
    file = state.images / "python" / folder / images.ARCHIVE
    file.parent.mkdir(parents=True)
    with tarfile.open(file, "w") as tar:
        entry = tarfile.TarInfo("index.json")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize("name", [".unfinished-k1", ".gone-1234"])
def test_what_is_not_whole_does_not_count(state: State, name: str) -> None:
    archive(state, name, "sha256:half")
    with pytest.raises(BuildError, match="image python isn't built: run `make setup`"):
        images.references(state)

    archive(state, "k1", "sha256:whole")
    assert images.references(state) == {"python": f"{images.PYTHON}@sha256:whole"}


@pytest.mark.engine
def test_an_image_holds_what_it_was_given_and_nothing_else_is_left(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    inspected: list[str] = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        file = folder / images.ARCHIVE
        copy = ("--chmod", "0755", str(program), "/program")
        buildah.archive(file, REFERENCE, copy=copy, config=("--entrypoint", '["/program"]', "--user", "65532:65532"))
        assert [one.name for one in folder.iterdir()] == [images.ARCHIVE]
        inspected.append(
            subprocess.run(
                ["skopeo", "inspect", "--config", f"oci-archive:{file}:{REFERENCE}"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )

    assert inspected[0] == inspected[1]
    config = json.loads(inspected[0])["config"]
    assert (config["User"], config["Entrypoint"]) == ("65532:65532", ["/program"])
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def test_an_image_goes_where_another_registry_s_cache_would_have_it(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(state, "k1", "sha256:whole")
    looked, pushed = Mock(return_value=Mock(returncode=1)), Mock()
    monkeypatch.setattr(subprocess, "run", looked)
    monkeypatch.setattr(images.commands, "run", pushed)
    images.push(state, "127.0.0.1:5050", {"python": "1.dkr.ecr.r.amazonaws.com/quay/a/python:v1@sha256:whole"})
    assert looked.call_args.args[0][-1] == "docker://127.0.0.1:5050/quay/a/python@sha256:whole"
    command = pushed.call_args.args[0]
    assert command[-1] == "docker://127.0.0.1:5050/quay/a/python:v1"
    assert command[-2].startswith(f"oci-archive:{state.images}/python/k1/")

    looked.return_value.returncode = 0  # it is there
    images.push(state, "127.0.0.1:5050", {"python": "1.dkr.ecr.r.amazonaws.com/quay/a/python:v1@sha256:whole"})
    assert pushed.call_count == 1
