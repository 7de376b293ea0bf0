import hashlib
from pathlib import Path

import pulumi
import pytest
import yaml

from infra.platform import manifests

TWO = "kind: A\n---\nkind: B\n---\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/crds.yaml").write_text(TWO)
    return tmp_path


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "manifests.lock.yaml"
    entry = {"file": "tool/crds.yaml", "sha256": hashlib.sha256(TWO.encode()).hexdigest()}
    path.write_text(yaml.safe_dump({"manifests": [entry]}))
    return path


def test_every_document_of_every_locked_file_is_read(folder: Path, lock: Path) -> None:
    assert manifests.read(folder, lock) == [{"kind": "A"}, {"kind": "B"}]


def test_a_changed_file_is_refused_before_anything_is_declared(folder: Path, lock: Path) -> None:
    (folder / "tool/crds.yaml").write_text("kind: C\n")
    with pytest.raises(pulumi.RunError, match=r"crds\.yaml has SHA-256 .*, manifests\.lock\.yaml wants .*`make setup`"):
        manifests.read(folder, lock)


def test_a_missing_file_is_named_with_the_remedy(folder: Path, lock: Path) -> None:
    (folder / "tool/crds.yaml").unlink()
    with pytest.raises(
        pulumi.RunError, match=r"manifests\.folder: .*crds\.yaml can't be read .*`make setup` fetches it"
    ):
        manifests.read(folder, lock)
