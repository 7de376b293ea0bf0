"""A published model on its way to the pod, with everything that can be wrong with it."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from modelstore import store as store_module
from modelstore.catalog import fetch_manifest
from modelstore.manifest import (
    MANIFEST,
    Evaluation,
    Feature,
    File,
    Fingerprints,
    Golden,
    Manifest,
    Output,
    TrainingData,
    digest,
)
from modelstore.store import Store
from modelstore.store_errors import DigestMismatch, ObjectNotFound, StoreUnavailable, UnreadableManifest
from service.download import complete, download

FILES = {
    "saved_model.pb": b"graph " * 6,
    "variables/variables.data": b"\x00\x01weights" * 4,
    "variables/variables.index": b"index",
    "assets/empty": b"",
}


def manifest_of(files: dict[str, bytes]) -> Manifest:
    return Manifest(
        name="some_model",
        version="1.2.3",
        description="a model",
        files=tuple(File(path=path, size=len(content), sha256=digest(content)) for path, content in files.items()),
        features=(Feature(name="x", unit="1", description="an input", minimum=0, maximum=1, quantiles=(0.0, 1.0)),),
        output=Output(name="y", meaning="an output", tensor="output_0"),
        evaluation=Evaluation(rows=1, metrics={}),
        golden=Golden(inputs=({"x": 0.5},), outputs=(0.5,), tolerance=1e-4),
        training_data=TrainingData(sha256=digest(b""), rows=1),
        fingerprints=Fingerprints(weights=digest(b"w"), architecture=digest(b"a")),
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a published version."""
    folder = tmp_path / "store" / "some_model" / "1.2.3"
    for path, content in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / MANIFEST).write_bytes(manifest_of(FILES).to_bytes())
    return folder


@pytest.fixture
def store(tmp_path: Path, root: Path) -> Store:
    return Store.open(f"file://{tmp_path}/store")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_then_holds_exactly_the_published_files(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "cache"
    (target / "variables").mkdir(parents=True)
    (target / "variables" / "variables.index").write_bytes(b"of another version")
    (target / "variables" / "extra").write_bytes(b"left over")
    (target / "saved_model.pb").symlink_to("/etc/hostname")
    (target / "linked").symlink_to("/etc")
    (target / "assets" / "empty").mkdir(parents=True)
    manifest = fetch_manifest(store, "some_model", "1.2.3", digest(manifest_of(FILES).to_bytes())).manifest
    download(store, manifest, target)
    assert contents(target) == FILES
    assert not (target / "saved_model.pb").is_symlink()
    assert not (target / "linked").exists()
    assert Path("/etc/hostname").exists()


def test_a_folder_is_complete_with_exactly_the_published_files(store: Store, tmp_path: Path) -> None:
    folder, manifest = tmp_path / "cache", manifest_of(FILES)
    assert not complete(manifest, folder)
    download(store, manifest, folder)
    assert complete(manifest, folder)
    (folder / "extra").symlink_to("/etc")
    assert not complete(manifest, folder)
    download(store, manifest, folder)
    (folder / "saved_model.pb").rename(tmp_path / "elsewhere")
    assert not complete(manifest, folder)
    (folder / "saved_model.pb").symlink_to(tmp_path / "elsewhere")
    assert not complete(manifest, folder)
    (folder / "saved_model.pb").unlink()
    (folder / "saved_model.pb").write_bytes(FILES["saved_model.pb"][::-1])
    assert not complete(manifest, folder)


def test_intact_files_are_not_fetched_again(store: Store, root: Path, tmp_path: Path) -> None:
    manifest = manifest_of(FILES)
    download(store, manifest, tmp_path / "cache")
    (root / "saved_model.pb").unlink()
    download(store, manifest, tmp_path / "cache")
    assert contents(tmp_path / "cache") == FILES


def test_a_file_damaged_in_the_cache_is_fetched_again(store: Store, tmp_path: Path) -> None:
    download(store, manifest_of(FILES), tmp_path / "cache")
    (tmp_path / "cache" / "saved_model.pb").write_bytes(b"grapH " * 6)
    download(store, manifest_of(FILES), tmp_path / "cache")
    assert contents(tmp_path / "cache") == FILES


def test_a_file_that_was_interrupted_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHUNK", 10)
    begun: list[tuple[str, int]] = []
    chunks = Store.chunks

    def two_chunks(self: Store, path: str, size: int, begin: int = 0) -> Iterator[bytes]:
        begun.append((path, begin))
        yield from islice(chunks(self, path, size, begin), 2)
        raise StoreUnavailable("the store is gone")

    manifest = manifest_of({"saved_model.pb": FILES["saved_model.pb"]})
    with monkeypatch.context() as away:
        away.setattr(Store, "chunks", two_chunks)
        with pytest.raises(StoreUnavailable):
            download(store, manifest, tmp_path / "cache")
        assert not complete(manifest, tmp_path / "cache")
        with pytest.raises(StoreUnavailable):
            download(store, manifest, tmp_path / "cache")
    download(store, manifest, tmp_path / "cache")
    assert begun == [("some_model/1.2.3/saved_model.pb", 0), ("some_model/1.2.3/saved_model.pb", 20)]
    assert contents(tmp_path / "cache") == {"saved_model.pb": FILES["saved_model.pb"]}


@pytest.mark.parametrize("left", [b"other ", b"graph " * 5 + b"graph", b"graph " * 7, b""])
def test_what_is_left_of_another_file_does_no_harm(left: bytes, store: Store, root: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "saved_model.pb.partial").write_bytes(left)
    download(store, manifest_of(FILES), tmp_path / "cache")
    assert contents(tmp_path / "cache") == FILES
    (tmp_path / "cache" / "saved_model.pb.partial").write_bytes(left)
    download(store, manifest_of(FILES), tmp_path / "cache")
    assert complete(manifest_of(FILES), tmp_path / "cache")


@pytest.mark.parametrize("name", FILES)
def test_any_changed_byte_of_any_file_is_refused(name: str, store: Store, root: Path, tmp_path: Path) -> None:
    original = FILES[name]
    tampered = [
        original[:at] + bytes([original[at] ^ bit]) + original[at + 1 :]
        for at in range(len(original))
        for bit in (1, 128)
    ]
    for content in [*tampered, original[:-1], b"more" + original] if original else [b"more"]:
        (root / name).write_bytes(content)
        with pytest.raises(DigestMismatch, match=name):
            download(store, manifest_of(FILES), tmp_path / "cache")
        assert not (tmp_path / "cache" / name).exists(), "a tampered file must never get its final name"


def test_any_changed_byte_of_the_manifest_is_refused(store: Store, root: Path) -> None:
    original = manifest_of(FILES).to_bytes()
    for at in range(len(original)):
        (root / MANIFEST).write_bytes(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :])
        with pytest.raises(DigestMismatch, match=f"expected {digest(original)}"):
            fetch_manifest(store, "some_model", "1.2.3", digest(original))


def test_a_manifest_made_to_fit_tampered_files_is_refused(store: Store, root: Path) -> None:
    published = digest((root / MANIFEST).read_bytes())
    forged = {**FILES, "saved_model.pb": b"other graph"}
    (root / MANIFEST).write_bytes(manifest_of(forged).to_bytes())
    with pytest.raises(DigestMismatch, match=published):
        fetch_manifest(store, "some_model", "1.2.3", published)


def test_a_missing_file_is_named(store: Store, root: Path, tmp_path: Path) -> None:
    (root / "variables" / "variables.index").unlink()
    with pytest.raises(ObjectNotFound, match=r"some_model/1.2.3/variables/variables.index: not found"):
        download(store, manifest_of(FILES), tmp_path / "cache")


def test_a_version_copied_to_another_name_is_refused(store: Store, root: Path) -> None:
    root.rename(root.parent / "1.2.4")
    with pytest.raises(DigestMismatch, match=r"is the manifest of some_model 1\.2\.3"):
        fetch_manifest(store, "some_model", "1.2.4")


def test_what_is_no_manifest_is_refused_in_one_line(store: Store, root: Path) -> None:
    (root / MANIFEST).write_bytes(b'{"name": "some_model"}')
    with pytest.raises(UnreadableManifest, match="is not a manifest: version: Field required") as caught:
        fetch_manifest(store, "some_model", "1.2.3")
    assert "\n" not in str(caught.value)


def test_the_digest_is_plain_sha256() -> None:
    assert digest(b"abc") == "sha256:" + hashlib.sha256(b"abc").hexdigest()
