"""What a release is judged by, in words: for whoever reads why it was ended."""

from dataclasses import dataclass
from typing import Final

from panels.panel import Unit


@dataclass(frozen=True)
class Judged:
    """A metric of a release.

    Attributes:
        title: its name for people.
        about: what is measured, and when it speaks against the new version.
        unit: of each version's figure.
    """

    title: str
    about: str
    unit: Unit


JUDGED: Final = {
    "evidence": Judged("Requests", "Requests that the new version had to answer: too few prove nothing.", Unit.COUNT),
    "golden": Judged(
        "Golden readings", "The new version answers them as published, all the time that it is tried.", Unit.COUNT
    ),
    "ready": Judged(
        "Ready", "Pods that were ready at some time lately: without any, the version's requests fail.", Unit.COUNT
    ),
    "restarts": Judged(
        "Restarts", "Starts of a process after its first: it crashed, or was killed for its memory.", Unit.COUNT
    ),
    "errors": Judged("Failed", "Requests that failed, were refused, or whose client gave up.", Unit.SHARE),
    "own-errors": Judged("Failed golden readings", "Those that failed; the stable version is asked none.", Unit.SHARE),
    "slow": Judged(
        "Mean time",
        "Answers take half as long again or longer, and more than chance has it are above a bucket's end.",
        Unit.SECONDS,
    ),
    "p95": Judged("p95", "More of the answers than chance has it take 2.5 times the stable's p95.", Unit.SECONDS),
    "p99": Judged("p99", "More of the answers than chance has it take 2.5 times the stable's p99.", Unit.SECONDS),
    "invalid": Judged("Invalid", "Requests that were refused as invalid.", Unit.SHARE),
    "shift": Judged(
        "Shift of predictions", "How far their distribution is from the stable's: 0 is equal, 1 apart.", Unit.SHARE
    ),
}
"""By the metric's name in an AnalysisRun."""

SOON: Final = "-soon"
"""At the end of the names of those that look at the last minute, before a long stage's end."""


def judged(metric: str) -> Judged | None:
    """What a metric of an AnalysisRun is about; None for one that isn't ours."""
    return JUDGED.get(metric.removesuffix(SOON))
