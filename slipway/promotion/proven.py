"""Which release an environment has proven, by its ledger alone."""

from modelstore.history import Entry, History
from slipway.errors import Refused


def proven(history: History, stack: str, model: str, version: str | None = None) -> Entry:
    """The healthy release that serves, or the last healthy one of a version.

    Args:
        history: of the model in the environment.
        stack: its name, for messages.
        model: its name, for messages.
        version: that it has to be; None for whatever serves.

    Raises:
        Refused: a release is under way, or the ledger doesn't call it healthy.
    """
    if (tried := history.under_way) is not None:
        raise Refused(
            f"{model} {tried.version} is being released in {stack}: nothing is proven before that ends; "
            f"`slipway watch {model} -s {stack}` tells when"
        )
    healthy = history.healthy
    if version is None:
        serving = history.serving
        if serving is None or serving.release not in healthy:
            raise Refused(f"{stack}'s ledger knows of no healthy release of {model}: release it there first")
        return healthy[serving.release]
    found = [one for one in healthy.values() if one.version == version]
    if not found:
        raise Refused(f"{stack}'s ledger doesn't call {model} {version} healthy: {_why(history, version)}")
    return found[-1]


def _why(history: History, version: str) -> str:
    last = next((one for one in reversed(history.entries) if one.version == version), None)
    if last is None:
        return "it was never released there"
    reason = f", {last.reason}" if last.reason else ""
    return f"it was {last.event} at {last.at:%Y-%m-%d %H:%M} UTC{reason}"
