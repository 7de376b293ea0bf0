"""Against a registry in memory, which keeps to the same rules as real ones."""

import base64
import json
from pathlib import Path

import pytest

from imagestore import repository as repositories
from imagestore.errors import ImageDiffers, ImageNotFound, RegistryDenied, RegistryRefused, RegistryUnavailable
from imagestore.repository import INDEXES, Blob, Manifest, Repository
from tests.imagestore.registry import PASSWORD, USER, Fake, blob, serving

NOWHERE = f"sha256:{'0' * 64}"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(repositories, "_RETRIES", repositories._RETRIES.new(backoff_factor=0))  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def sign_in(registry: Fake, folder: Path, password: str = PASSWORD) -> None:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))


def test_a_manifest_is_what_its_digest_says(registry: Fake) -> None:
    image = registry.add(b"layer", listed=True)
    listed = registry.repository().manifest(image.digest)
    assert (listed.kind, listed.blobs) == (INDEXES[0], [])
    own = registry.repository().manifest(listed.images[0])
    assert (own.images, [one.size for one in own.blobs]) == ([], [24, 5])


def test_another_manifest_is_refused(registry: Fake) -> None:
    image = registry.add(b"layer")
    registry.manifests[image.repository, image.digest] = b"{}", INDEXES[0]
    with pytest.raises(ImageDiffers, match="the registry gives something else"):
        registry.repository().manifest(image.digest)
    registry.manifests[image.repository, image.digest] = b"x" * (repositories.MANIFEST_LIMIT + 1), INDEXES[0]
    with pytest.raises(ImageDiffers, match="more than any manifest"):
        registry.repository().manifest(image.digest)


def test_what_is_not_there_is_not_found(registry: Fake) -> None:
    there = registry.repository()
    with pytest.raises(ImageNotFound, match=f"{registry.host}/slipway/service: GET manifests/{NOWHERE}: not found"):
        there.manifest(NOWHERE)
    assert there.tagged("none") is None
    assert not there.has(Blob(NOWHERE, 1))
    with pytest.raises(ImageNotFound), there.opened(Blob(NOWHERE, 1)):
        pass


@pytest.mark.parametrize("other", [b"Layer", b"layers", b"laye"])
def test_another_blob_is_refused(registry: Fake, other: bytes) -> None:
    registry.add(b"layer")
    registry.blobs["slipway/service", blob(b"layer").digest] = other
    with pytest.raises(ImageDiffers, match="gives something else"):
        registry.repository().read(blob(b"layer"))
    with pytest.raises(ImageDiffers, match="has 5 bytes, expected at most 4"):
        registry.repository().read(blob(b"layer"), limit=4)


def test_a_blob_that_breaks_off_may_be_asked_for_again(registry: Fake) -> None:
    registry.add(b"layer")
    registry.cut = 3
    with pytest.raises(RegistryUnavailable, match="broke off after"):
        registry.repository().read(blob(b"layer"))
    registry.cut = None
    assert registry.repository().read(blob(b"layer")) == b"layer"


def test_a_blob_is_taken_once(registry: Fake) -> None:
    source = registry.add(b"layer" * 1000)
    with serving(Fake()) as other:
        assert other.repository("prod/x").take(blob(b"layer" * 1000), registry.repository())
        assert not other.repository("prod/x").take(blob(b"layer" * 1000), registry.repository())
        assert other.blobs == {("prod/x", blob(b"layer" * 1000).digest): b"layer" * 1000}
    assert source.digest


@pytest.mark.parametrize("mounts", [True, False])
def test_in_the_same_registry_it_need_not_travel(registry: Fake, mounts: bool) -> None:
    registry.add(b"layer")
    registry.mounts = mounts
    assert registry.repository("prod/x").take(blob(b"layer"), registry.repository())
    assert registry.blobs["prod/x", blob(b"layer").digest] == b"layer"
    assert any(one.startswith("GET") for one in registry.asked) is not mounts


def test_a_manifest_needs_its_blobs(registry: Fake) -> None:
    image = registry.add(b"layer")
    manifest = registry.repository().manifest(image.digest)
    other = registry.repository("prod/x")
    with pytest.raises(RegistryRefused, match="400 MANIFEST_BLOB_UNKNOWN blob unknown"):
        other.push(manifest, manifest.digest)
    for one in manifest.blobs:
        other.take(one, registry.repository())
    other.push(manifest, "v1")
    assert other.manifest(image.digest).content == manifest.content == other.manifest("v1").content


def test_a_small_blob_is_put_once(registry: Fake) -> None:
    there = registry.repository()
    assert there.put(b"signed", "text/plain") == Blob(blob(b"signed").digest, 6, "text/plain")
    there.put(b"signed")
    assert sum(one.startswith("PUT") for one in registry.asked) == 1


@pytest.mark.parametrize("kind", ["Basic", "Bearer"])
def test_it_signs_in_when_it_is_asked_to(registry: Fake, kind: str, tmp_path: Path) -> None:
    image = registry.add(b"layer")
    registry.login = kind
    with pytest.raises(RegistryDenied, match=r"denied .*sign in anew, like `docker login 127.0.0.1"):
        registry.repository().manifest(image.digest)
    sign_in(registry, tmp_path)
    there = registry.repository()
    there.manifest(image.digest)
    registry.asked.clear()
    there.manifest(image.digest)
    assert len(registry.asked) == 1  # it is known from then on
    assert registry.repository("prod/x").take(blob(b"layer"), there)


def test_an_expired_token_is_no_reason_to_try_for_ever(registry: Fake, tmp_path: Path) -> None:
    image = registry.add(b"layer")
    registry.login = "Bearer"
    sign_in(registry, tmp_path, "yesterday's")
    with pytest.raises(RegistryDenied) as failed:
        registry.repository().manifest(image.digest)
    assert len(registry.asked) == 2
    assert "yesterday" not in str(failed.value)


def test_nobody_is_told_a_password_in_plain_text(
    registry: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.login = "Bearer"
    sign_in(registry, tmp_path)

    def here(where: str) -> bool:
        return where == registry.host and not registry.asked

    monkeypatch.setattr(repositories, "_here", here)
    with pytest.raises(RegistryDenied, match="which is not https"):
        registry.repository().manifest(NOWHERE)


@pytest.mark.parametrize(("status", "times"), [(500, 4), (429, 4), (403, 1), (400, 1)])
def test_what_only_asks_is_asked_again_while_that_may_help(registry: Fake, status: int, times: int) -> None:
    registry.fail = {"manifests": status}
    kind = {403: RegistryDenied, 400: RegistryRefused}.get(status, RegistryUnavailable)
    with pytest.raises(kind, match=f"{status} TOOMANY not now"):
        registry.repository().manifest(NOWHERE)
    assert len(registry.asked) == times


def test_an_upload_is_not_sent_twice(registry: Fake) -> None:
    registry.fail = {"PUT": 503}
    with pytest.raises(RegistryUnavailable):
        registry.repository().put(b"x")
    assert sum(one.startswith("PUT") for one in registry.asked) == 1


def test_a_registry_that_is_not_there_can_t_be_reached() -> None:
    with pytest.raises(RegistryUnavailable, match=r"127.0.0.1:1 can't be reached"):
        Repository("127.0.0.1:1", "x").manifest("v1")


def test_a_manifest_of_docker_s_own_kind_is_read_as_well() -> None:
    content = json.dumps({"manifests": [{"digest": NOWHERE}]}).encode()
    assert Manifest(content, INDEXES[1]).images == [NOWHERE]
