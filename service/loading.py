"""From the store to a model that answered its golden readings; then the service is ready.

What depends on the store is tried again for as long as it takes, because a store can come back or be put
right. What depends only on bytes that have the right hash is final: the same bytes give the same result. In
neither case does the process end, since a restart would not help and would hide the reason.
"""

import asyncio
import logging
import random
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

from modelstore.catalog import fetch_manifest
from modelstore.manifest import MANIFEST, Manifest, digest
from modelstore.store import Store
from modelstore.store_errors import PermanentStoreError, StoreError
from service.download import complete, download
from service.inference import Inference
from service.lifecycle import Lifecycle, Served
from service.metrics import Metrics
from service.model import LoadModel, Model, ModelRefused, check_golden_answers
from service.schemas import Schema
from service.settings import Settings

FIRST_PAUSE: Final = 0.5
"""Seconds before the second attempt; each further pause is twice as long."""

LONGEST_PAUSE: Final = 20.0
"""Seconds; so long at most after the store came back we are still away."""

LONGEST_PAUSE_PERMANENT: Final = 60.0
"""Seconds; where somebody has to change something first, more attempts are only a burden."""

FILES: Final = "files"
"""Folder of the model's files in the cache, beside the manifest."""

_log = logging.getLogger(__name__)


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
        try:
            manifest = await self._fetch()
            self.lifecycle.waiting(f"loading {manifest.name} {manifest.version}")
            loop = asyncio.get_running_loop()
            model = await loop.run_in_executor(self.executor, self._load, manifest)
        except ModelRefused as error:
            self._refuse(str(error))
        except Exception as error:
            _log.exception("the model could not be loaded")
            self._refuse(f"{type(error).__name__}: {error}")
        else:
            settings = self.settings
            inference = Inference(model, self.executor, limit=settings.waiting_limit, seconds=settings.request_seconds)
            self.metrics.loaded(manifest)
            self.lifecycle.serve(Served(manifest=manifest, schema=Schema.of(manifest), inference=inference))
            _log.info("model loaded", extra={"model": manifest.name, "version": manifest.version})

    async def _fetch(self) -> Manifest:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            try:
                return await loop.run_in_executor(self.executor, self._fetch_once)
            except (StoreError, OSError) as error:  # OSError: the cache's disk, for instance when it is full
                self.lifecycle.waiting(str(error))
                permanent = isinstance(error, PermanentStoreError)
                longest = LONGEST_PAUSE_PERMANENT if permanent else LONGEST_PAUSE
                pause = min(pause, longest)
                # Jitter, so that many pods do not return to a recovering store in step.
                wait = pause * random.uniform(0.5, 1.0)  # noqa: S311 no secret depends on it
                _log.warning("model not fetched: %s", error, extra={"next_attempt_seconds": round(wait, 1)})
                await asyncio.sleep(wait)
                pause *= 2

    def _fetch_once(self) -> Manifest:
        """Bring manifest and files into the cache; a restarted container finds them there without the store."""
        settings = self.settings
        cached, folder = settings.model_cache / MANIFEST, settings.model_cache / FILES
        if cached.is_file() and digest(content := cached.read_bytes()) == settings.model_manifest:
            manifest = Manifest.from_bytes(content)
            if complete(manifest, folder):
                return manifest
        store = Store.open(settings.model_store)
        found = fetch_manifest(store, settings.model_name, settings.model_version, settings.model_manifest)
        settings.model_cache.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(".partial")  # not half a manifest under its own name, whatever happens here
        partial.write_bytes(found.content)
        partial.replace(cached)
        download(store, found.manifest, folder)
        return found.manifest

    def _load(self, manifest: Manifest) -> Model:
        model = self.load(self.settings.model_cache / FILES, manifest)
        check_golden_answers(model, manifest)
        return model

    def _refuse(self, reason: str) -> None:
        _log.error("model refused: %s", reason)
        self.lifecycle.refuse(reason)
