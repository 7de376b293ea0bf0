"""From the store to readiness, with a store that is away or not what it should be."""

import asyncio
import errno
import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelstore import catalog, signature
from modelstore.keys import PrivateKey
from modelstore.manifest import Manifest, digest
from modelstore.store import Store
from service import loading as module
from service.download import download
from service.lifecycle import Lifecycle
from service.loading import Loading
from service.metrics import Phase
from service.model import LoadModel, ModelRefused
from service.settings import Settings
from tests.modelstore.keys import OTHER, SIGNER
from tests.service import fakes
from tests.service.fakes import FakeModel, loads

pytestmark = pytest.mark.anyio

VERSION = Path("store", "maintenance_predictor", "1.2.0")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] pytest uses it
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.002)
    monkeypatch.setattr(module, "LONGEST_PAUSE_PERMANENT", 0.002)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as one:
        yield one


@pytest.fixture
def loading(lifecycle: Lifecycle, executor: ThreadPoolExecutor) -> Any:
    def make(settings: Settings, load: LoadModel = fakes.load_fake) -> Loading:
        return Loading(
            settings=settings, load=load, executor=executor, lifecycle=lifecycle, metrics=fakes.metrics(lifecycle)
        )

    return make


async def reason(lifecycle: Lifecycle) -> str:
    while lifecycle.reason == "starting":
        await asyncio.sleep(0.001)
    return lifecycle.reason


async def test_a_published_model_is_served(loading: Any, settings: Settings, lifecycle: Lifecycle) -> None:
    await loading(settings).run()
    assert lifecycle.phase is Phase.READY
    served = lifecycle.served()
    codec = served.codecs["/predict"]
    answers = await served.batcher.predict(codec.decode(json.dumps(fakes.READING).encode()), 5.0)
    assert json.loads(codec.encode(answers))["failure_probability"] == 0.85


async def test_of_several_processes_one_fills_the_cache_and_the_others_find_it_filled(
    loading: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads: list[Path] = []
    meanwhile = threading.Barrier(2)

    def slowly(store: Store, manifest: Manifest, folder: Path) -> None:
        downloads.append(folder)
        with suppress(threading.BrokenBarrierError):  # the other one waits for the cache, not here
            meanwhile.wait(0.2)
        download(store, manifest, folder)

    monkeypatch.setattr("service.loading.download", slowly)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as both:
        await asyncio.gather(*(loop.run_in_executor(both, loading(settings)._fetch) for _ in range(2)))
    assert len(downloads) == 1


async def test_the_loader_gets_exactly_the_manifests_files(loading: Any, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / VERSION / "extra.so").write_bytes(b"not in the manifest")
    (settings.model_cache / "files").mkdir(parents=True)
    (settings.model_cache / "files" / "extra.so").write_bytes(b"left by somebody")
    found: dict[str, bytes] = {}

    def load(folder: Path, _: object) -> FakeModel:
        found.update({p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
        return FakeModel()

    await loading(settings, load).run()
    assert found == fakes.FILES


@pytest.mark.parametrize("content", [b"grapH", b"graph and more", b"", b"gra"])
async def test_a_tampered_file_is_never_loaded_and_is_named(
    content: bytes, loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    (tmp_path / VERSION / "saved_model.pb").write_bytes(content)

    def load(*_: object) -> FakeModel:
        raise AssertionError("deserialised before it was checked")

    task = asyncio.create_task(loading(settings, load).run())
    assert "saved_model.pb" in await reason(lifecycle)
    await asyncio.sleep(0.05)
    assert (lifecycle.phase, lifecycle.model) == (Phase.LOADING, None)
    task.cancel()


def sign(tmp_path: Path, key: PrivateKey = SIGNER) -> Path:
    """Put a signature beside the manifest; returns where."""
    manifest = (tmp_path / VERSION / "manifest.json").read_bytes()
    signed = tmp_path / VERSION / signature.SIGNATURE
    signed.write_bytes(signature.sign(catalog.parsed(manifest, "it"), key))
    return signed


def restarted(made: Loading) -> Loading:
    """The same in another process."""
    fresh = Lifecycle()
    return replace(made, lifecycle=fresh, metrics=fakes.metrics(fresh))


@pytest.fixture
def keyed(settings: Settings) -> Settings:
    """Settings with a key that models have to be signed with."""
    return settings.model_copy(update={"model_public_key": SIGNER.public.pem})


async def test_a_signed_model_is_loaded(loading: Any, keyed: Settings, lifecycle: Lifecycle, tmp_path: Path) -> None:
    sign(tmp_path)
    await loading(keyed).run()
    assert lifecycle.phase is Phase.READY


@pytest.mark.parametrize("key", [OTHER, None])
async def test_a_model_without_a_signature_of_the_key_is_never_loaded(
    key: PrivateKey | None, loading: Any, keyed: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    if key:
        sign(tmp_path, key)

    def load(*_: object) -> FakeModel:
        raise AssertionError("deserialised before its signature was checked")

    task = asyncio.create_task(loading(keyed, load).run())
    assert ("is refused" if key else "is not signed") in await reason(lifecycle)
    assert not (keyed.model_cache / "files").exists()  # not even downloaded
    task.cancel()


async def test_a_restarted_pod_needs_no_store_for_what_it_has_checked(
    loading: Any, keyed: Settings, tmp_path: Path
) -> None:
    sign(tmp_path)
    await loading(keyed).run()
    (tmp_path / "store").rename(tmp_path / "away")
    again = restarted(loading(keyed))
    await again.run()
    assert again.lifecycle.phase is Phase.READY


async def test_a_cache_of_before_there_was_a_key_is_checked_first(
    loading: Any, settings: Settings, keyed: Settings
) -> None:
    await loading(settings).run()
    again = restarted(loading(keyed))
    task = asyncio.create_task(again.run())
    assert "is not signed" in await reason(again.lifecycle)
    task.cancel()


async def test_another_manifest_is_never_read(loading: Any, tmp_path: Path, lifecycle: Lifecycle) -> None:
    settings = fakes.settings(tmp_path)
    fakes.publish(tmp_path / "store", fakes.manifest(description="Another model"))
    task = asyncio.create_task(loading(settings).run())
    assert settings.model_manifest in await reason(lifecycle)
    task.cancel()


async def test_a_store_that_is_away_is_waited_for(
    loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    (tmp_path / "store").rename(tmp_path / "away")
    task = asyncio.create_task(loading(settings).run())
    assert str(tmp_path / "store") in await reason(lifecycle)
    (tmp_path / "away").rename(tmp_path / "store")
    await task
    assert lifecycle.phase is Phase.READY


async def test_a_version_that_is_not_published_yet_is_waited_for(
    loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    manifest = tmp_path / VERSION / "manifest.json"
    content = manifest.read_bytes()
    manifest.unlink()
    task = asyncio.create_task(loading(settings).run())
    assert "manifest.json" in await reason(lifecycle)
    manifest.write_bytes(content)
    await task
    assert lifecycle.phase is Phase.READY


async def test_a_restarted_container_needs_no_store(
    loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    await loading(settings).run()
    shutil.rmtree(tmp_path / "store")
    lifecycle.__init__()
    await loading(settings).run()
    assert lifecycle.phase is Phase.READY


async def test_a_manifest_that_another_release_wrote_is_kept_as_it_is(
    loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    stored = tmp_path / VERSION / "manifest.json"
    stored.write_text(json.dumps(json.loads(stored.read_bytes()), indent=3))
    settings = settings.model_copy(update={"model_manifest": digest(stored.read_bytes())})
    await loading(settings).run()
    assert (settings.model_cache / "manifest.json").read_bytes() == stored.read_bytes()
    shutil.rmtree(tmp_path / "store")
    lifecycle.__init__()
    await loading(settings).run()
    assert lifecycle.phase is Phase.READY


async def test_half_a_manifest_never_has_its_name(
    loading: Any, settings: Settings, lifecycle: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    task = asyncio.create_task(loading(settings).run())
    assert "no space left" in await reason(lifecycle)
    task.cancel()
    assert not (settings.model_cache / "manifest.json").exists()


async def test_a_damaged_cache_is_fetched_anew(loading: Any, settings: Settings, lifecycle: Lifecycle) -> None:
    settings.model_cache.mkdir()
    (settings.model_cache / "manifest.json").write_bytes(b"half a mani")
    (settings.model_cache / "files").mkdir()
    (settings.model_cache / "files" / "saved_model.pb").write_bytes(b"grapH")
    await loading(settings).run()
    assert lifecycle.phase is Phase.READY
    assert (settings.model_cache / "files" / "saved_model.pb").read_bytes() == b"graph"


@pytest.mark.parametrize("error", [ModelRefused("no such signature"), KeyError("odd"), ValueError("no rows")])
async def test_a_model_that_cannot_be_loaded_is_refused_for_good(
    error: Exception, loading: Any, settings: Settings, lifecycle: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    def load(*_: object) -> FakeModel:
        raise error

    await loading(settings, load).run()
    assert lifecycle.phase is Phase.REFUSED
    assert str(error) in lifecycle.reason
    assert f"model refused: {lifecycle.reason}" in caplog.messages


@pytest.mark.parametrize("error", [MemoryError(), MemoryError("too large"), OSError(errno.EMFILE, "too many files")])
async def test_what_fails_for_the_moment_is_tried_again(
    error: Exception, loading: Any, settings: Settings, lifecycle: Lifecycle
) -> None:
    attempts = iter([error, error, None])

    def load(*_: object) -> FakeModel:
        if failure := next(attempts):
            raise failure
        return FakeModel()

    await loading(settings, load).run()
    assert lifecycle.phase is Phase.READY


async def test_a_model_whose_schema_cannot_be_made_is_refused_and_not_loading_for_ever(
    loading: Any, lifecycle: Lifecycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such bound")

    monkeypatch.setattr(module.Schema, "of", fail)
    made = loading(fakes.settings(tmp_path))
    await made.run()
    assert (lifecycle.phase, lifecycle.model) == (Phase.REFUSED, None)
    assert "no such bound" in lifecycle.reason
    assert made.metrics.registry.get_sample_value("model_loaded", fakes.LABELS) == 0


async def test_a_manifest_that_this_release_cannot_read_is_refused_for_good(
    loading: Any, settings: Settings, lifecycle: Lifecycle, tmp_path: Path
) -> None:
    stored = tmp_path / VERSION / "manifest.json"
    stored.write_text(json.dumps(json.loads(stored.read_bytes()) | {"schema_version": 99}))
    await loading(settings.model_copy(update={"model_manifest": digest(stored.read_bytes())})).run()
    assert lifecycle.phase is Phase.REFUSED
    assert "schema_version" in lifecycle.reason


async def test_a_model_that_is_slow_on_many_rows_is_asked_with_few(
    loading: Any, settings: Settings, lifecycle: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = FakeModel()

    def rows_called() -> float:
        """A clock by which each row takes two milliseconds."""
        return 0.002 * sum(model.calls)

    monkeypatch.setattr(module.costs, "measure", partial(module.costs.measure, clock=rows_called))
    await loading(settings, loads(model)).run()
    assert lifecycle.phase is Phase.READY
    model.calls.clear()
    await lifecycle.served().batcher.predict({fakes.INPUT: np.ones((settings.batch_limit, 4))}, 30)
    assert max(model.calls) < settings.batch_limit


async def test_a_model_that_answers_otherwise_than_published_is_refused(
    loading: Any, settings: Settings, lifecycle: Lifecycle
) -> None:
    await loading(settings, loads(FakeModel(lambda rows: rows[:, 1]))).run()
    assert lifecycle.phase is Phase.REFUSED
    assert "published was 0.85" in lifecycle.reason
