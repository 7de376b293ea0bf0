"""From the store to a model that answered its golden readings; then the service is ready.

What depends on the store is tried again for as long as it takes, because a store can come back or be put
right. What depends only on bytes that have the right hash is final: the same bytes give the same result. In
neither case does the process end, since a restart would not help and would hide the reason.
"""

import asyncio
import fcntl
import logging
import random
from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modelstore import signature
from modelstore.catalog import Entry, fetch_manifest
from modelstore.keys import PublicKey
from modelstore.manifest import MANIFEST, Manifest, digest
from modelstore.store import Store
from modelstore.store_errors import PermanentStoreError, SignatureRefused, StoreError, UnreadableManifest
from service import costs, golden
from service.admission import Admission
from service.batching import Batcher
from service.costs import Costs
from service.distributions import Distributions
from service.download import complete, download
from service.lifecycle import Lifecycle, Served
from service.metrics import Metrics
from service.model import LoadModel, Model, ModelRefused
from service.protocols.article import PREDICT, PREDICT_BATCH, ManyReadings, OneReading
from service.schemas import Schema
from service.settings import Settings
from service.tabular import Tabular

FIRST_PAUSE: Final = 0.5
"""Seconds before the second attempt; each further pause is twice as long."""

LONGEST_PAUSE: Final = 20.0
"""Seconds; so long at most after the store came back we are still away."""

LONGEST_PAUSE_PERMANENT: Final = 60.0
"""Seconds; where somebody has to change something first, more attempts are only a burden."""

FILES: Final = "files"
"""Folder of the model's files in the cache, beside the manifest."""

LOCK: Final = "lock"
"""File in the cache that its one user holds."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    manifest: Manifest
    model: Model
    tabular: Tabular
    schema: Schema
    costs: Costs


@dataclass(frozen=True, kw_only=True)
class Loading:
    """Loads the model that the settings name.

    Attributes:
        settings: which model, from where, under which limits.
        load: turns verified files into a model.
        executor: the one thread in which all of TensorFlow's work happens.
        lifecycle: told of progress and of the end.
        metrics: told of the model.
    """

    settings: Settings
    load: LoadModel
    executor: Executor
    lifecycle: Lifecycle
    metrics: Metrics

    async def run(self) -> None:
        """Load until the model is served or refused; only cancelling ends it earlier."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            try:
                self._serve(await loop.run_in_executor(self.executor, self._load))
                return
            except (ModelRefused, UnreadableManifest) as error:
                self._refuse(str(error))
                return
            # OSError and MemoryError: the cache's disk is full, for instance, or the node has no memory just now.
            except (StoreError, OSError, MemoryError) as error:
                reason = str(error) or type(error).__name__
                self.lifecycle.waiting(reason)
                longest = LONGEST_PAUSE_PERMANENT if isinstance(error, PermanentStoreError) else LONGEST_PAUSE
                pause = min(pause, longest)
                # Jitter, so that many pods do not return to a recovering store in step.
                wait = pause * random.uniform(0.5, 1.0)  # noqa: S311 no secret depends on it
                _log.warning("model not loaded: %s", reason, extra={"next_attempt_seconds": round(wait, 1)})
                await asyncio.sleep(wait)
                pause *= 2
            except Exception as error:
                _log.exception("unexpected error while loading")
                self._refuse(f"{type(error).__name__}: {error}")
                return

    def _load(self) -> _Loaded:
        """From the store, or from the cache where a restarted container finds it, to a model that has proved itself."""
        settings = self.settings
        manifest = self._fetch()
        model = self.load(settings.model_cache / FILES, manifest)
        tabular = Tabular.of(manifest, model.inputs)
        measured = costs.measure(
            model,
            golden.sample(manifest, tabular),
            limit=settings.batch_limit,
            longest=settings.request_seconds,
        )
        golden.check(model, manifest, tabular, measured)
        schema = Schema.of(manifest, tabular.largest())
        return _Loaded(manifest=manifest, model=model, tabular=tabular, schema=schema, costs=measured)

    def _fetch(self) -> Manifest:
        """Bring manifest and files into the cache, which several processes of a pod have together."""
        with _alone_in(self.settings.model_cache):
            return self._fetched()

    def _fetched(self) -> Manifest:
        settings = self.settings
        cached, folder = settings.model_cache / MANIFEST, settings.model_cache / FILES
        if cached.is_file() and digest(content := cached.read_bytes()) == settings.model_manifest:
            manifest = Manifest.from_bytes(content)
            if self._signed(Entry(manifest, content)) and complete(manifest, folder):
                return manifest
        store = Store.open(settings.model_store)
        found = fetch_manifest(store, settings.model_name, settings.model_version, settings.model_manifest)
        if settings.model_public_key is not None:
            signed = signature.fetch(store, found)
            signature.check(found, signed, PublicKey.of(settings.model_public_key))
            _keep(signed, settings.model_cache / signature.SIGNATURE)
        _keep(found.content, cached)
        download(store, found.manifest, folder)
        return found.manifest

    def _signed(self, entry: Entry) -> bool:
        """Whether the cache has a signature that lets this version be loaded."""
        key, cached = self.settings.model_public_key, self.settings.model_cache / signature.SIGNATURE
        if key is None:
            return True
        try:
            signature.check(entry, cached.read_bytes(), PublicKey.of(key))
        except (FileNotFoundError, SignatureRefused):  # the store has the last word
            return False
        return True

    def _serve(self, loaded: _Loaded) -> None:
        settings, manifest = self.settings, loaded.manifest
        batcher = Batcher(
            loaded.model,
            self.executor,
            costs=loaded.costs,
            admission=Admission(loaded.costs, queue_seconds=settings.queue_seconds),
            seconds=settings.request_seconds,
            metrics=self.metrics,
        )
        one = OneReading(loaded.schema, loaded.tabular)
        self.lifecycle.serve(
            Served(
                manifest=manifest,
                schema=loaded.schema,
                codecs={
                    PREDICT: one,
                    PREDICT_BATCH: ManyReadings(loaded.schema, loaded.tabular),
                },
                of_rows=one,
                batcher=batcher,
            )
        )
        self.metrics.serve(Distributions(manifest, loaded.tabular), lambda: batcher.queued)
        _log.info(
            "model loaded",
            extra={
                "model": manifest.name,
                "version": manifest.version,
                "rows_of_a_call": loaded.costs.limit,
                "milliseconds_of_a_call": round(1000 * loaded.costs.call(1), 3),
            },
        )

    def _refuse(self, reason: str) -> None:
        _log.error("model refused: %s", reason)
        self.lifecycle.refuse(reason)


@contextmanager
def _alone_in(cache: Path) -> Generator[None]:
    """Nobody else fills this cache meanwhile; whoever comes next finds it filled."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(content: bytes, path: Path) -> None:
    partial = path.with_suffix(".partial")  # not half of it under its own name, whatever happens here
    partial.write_bytes(content)
    partial.replace(path)
