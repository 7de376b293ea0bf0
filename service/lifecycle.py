"""Where the service is between its start and its end, and what it serves meanwhile.

All of it is changed in the event loop's thread, and read in that of the probes too; nothing here blocks or waits.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from modelstore.manifest import Manifest
from service.batching import Batcher
from service.errors import ModelNotLoaded
from service.metrics import Phase
from service.protocols import Codec, OfRows
from service.schemas import Schema

LOADING_RETRY: Final = (5, 10)
"""Seconds after which a client may come back while there is no model: at least, at most."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model that answered its golden readings, with what requests need of it.

    Attributes:
        manifest: what it is.
        schema: how its readings and answers look.
        codecs: how requests are read and answered, by path.
        of_rows: how requests of one row each are read and answered together.
        batcher: answers them.
    """

    manifest: Manifest
    schema: Schema
    codecs: Mapping[str, Codec]
    of_rows: OfRows
    batcher: Batcher


class Lifecycle:
    """The current phase with its reason, and the model once there is one.

    Attributes:
        reason: why it is not ready, for people; empty when it is.
        model: what is served, or None; it stays while draining.
    """

    def __init__(self) -> None:
        self._phase = Phase.LOADING
        self.reason = "starting"
        self.model: Served | None = None

    @property
    def phase(self) -> Phase:
        """Where the service is."""
        if self._phase is Phase.READY and self.model is not None and self.model.batcher.stuck():
            return Phase.STUCK
        return self._phase

    @property
    def draining(self) -> bool:
        """Whether no new work is wanted any more."""
        return self._phase is Phase.DRAINING

    def served(self) -> Served:
        """What is served.

        Raises:
            ModelNotLoaded: nothing yet.
        """
        if self.model is None:
            raise ModelNotLoaded("Model not loaded", random.randint(*LOADING_RETRY))  # noqa: S311 spreads clients
        return self.model

    def unready(self) -> str:
        """Why no predictions are wanted here; empty when they are."""
        return self.reason or (self.model.batcher.stuck() if self.model else "")

    def hung(self) -> str:
        """Why the process is worth a restart; empty when it is not."""
        return self.model.batcher.hung() if self.model else ""

    def waiting(self, reason: str) -> None:
        """Loading goes on, and this is what it waits for."""
        if self._phase is Phase.LOADING:
            self.reason = reason

    def refuse(self, reason: str) -> None:
        """The model will never be served."""
        if self._phase is Phase.LOADING:
            self._phase, self.reason = Phase.REFUSED, reason

    def serve(self, model: Served) -> None:
        """The model is ready for requests."""
        if self._phase is Phase.LOADING:
            self._phase, self.reason, self.model = Phase.READY, "", model

    def drain(self) -> None:
        """No new work is wanted; what still comes is answered."""
        self._phase, self.reason = Phase.DRAINING, "shutting down"
