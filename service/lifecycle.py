"""Where the service is between its start and its end, and what it serves meanwhile.

All of it belongs to the event loop's thread; nothing here blocks or waits.
"""

from dataclasses import dataclass
from enum import StrEnum

from modelstore.manifest import Manifest
from service.errors import ModelNotLoaded
from service.inference import Inference
from service.schemas import Schema


class Phase(StrEnum):
    """The phases in their order; a refused model never leaves its own."""

    LOADING = "loading"
    REFUSED = "refused"
    READY = "ready"
    DRAINING = "draining"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model that answered its golden readings, with what requests need of it."""

    manifest: Manifest
    schema: Schema
    inference: Inference


class Lifecycle:
    """The current phase with its reason, and the model once there is one.

    Attributes:
        phase: where the service is.
        reason: why it is not ready, for people; empty when it is.
        model: what is served, or None; it stays while draining.
    """

    def __init__(self) -> None:
        self.phase = Phase.LOADING
        self.reason = "starting"
        self.model: Served | None = None

    def served(self) -> Served:
        """What is served.

        Raises:
            ModelNotLoaded: nothing yet.
        """
        if self.model is None:
            raise ModelNotLoaded
        return self.model

    def unready(self) -> str:
        """Why no predictions are wanted here; empty when they are."""
        return self.served().inference.stuck() if self.phase is Phase.READY else self.reason

    def waiting(self, reason: str) -> None:
        """Loading goes on, and this is what it waits for."""
        if self.phase is Phase.LOADING:
            self.reason = reason

    def refuse(self, reason: str) -> None:
        """The model will never be served."""
        if self.phase is Phase.LOADING:
            self.phase, self.reason = Phase.REFUSED, reason

    def serve(self, model: Served) -> None:
        """The model is ready for requests."""
        if self.phase is Phase.LOADING:
            self.phase, self.reason, self.model = Phase.READY, "", model

    def drain(self) -> None:
        """No new work is wanted; what still comes is answered."""
        self.phase, self.reason = Phase.DRAINING, "shutting down"
