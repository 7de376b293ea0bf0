"""What is said of a prediction that ended: in the log, and in the counters of what was refused."""

import logging
from collections.abc import Mapping
from typing import Final

from service.errors import ModelFailed, ModelNotLoaded, Outcome, OutOfTime, Overloaded, ServingError
from service.metrics import Metrics, Refusal

_REFUSALS: Final[Mapping[type[ServingError], Refusal]] = {
    Overloaded: Refusal.QUEUE,
    OutOfTime: Refusal.DEADLINE,
    ModelNotLoaded: Refusal.NOT_LOADED,
}

_log = logging.getLogger(__name__)


def refused(error: ServingError, metrics: Metrics) -> None:
    """A request ends in an error."""
    if isinstance(error, ModelFailed):
        _log.error("the model failed", exc_info=error.__cause__ or error)
    if (reason := _REFUSALS.get(type(error))) is not None:
        metrics.refused(reason)


def ended(method: str, path: str, status: int, seconds: float, outcome: Outcome | None = None) -> None:
    """A request was answered with this status, or with none (0).

    What a client does wrong is no news, nor what is refused in an overload; a prediction that failed is.
    """
    level = logging.WARNING if outcome in (Outcome.ERROR, Outcome.DEADLINE) else logging.DEBUG
    if _log.isEnabledFor(level):
        _log.log(
            level,
            "request",
            extra={"method": method, "path": path, "status": status, "seconds": round(seconds, 6)},
        )
