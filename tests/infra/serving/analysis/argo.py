"""What Argo Rollouts makes of a measurement (v1.10.1: metricproviders/prometheus, utils/evaluate, analysis)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from infra.serving.analysis.metrics import Metric

HASHES: Final = {"canary": "5d9c7b6f4", "stable": "7f8b4c9d6"}
"""Of the pod templates, as the controller puts them into the arguments."""


class Phase(StrEnum):
    """How a measurement ends."""

    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    ERROR = "Error"
    """Counts for nothing, and is tried again."""


def resolved(query: str) -> str:
    """The query as it is asked."""
    for argument, value in HASHES.items():
        query = query.replace(f"{{{{args.{argument}}}}}", value)
    return query


def phase(metric: Metric, result: list[float]) -> Phase:
    """How a measurement with these samples ends."""
    try:
        if metric.failure is not None:
            return Phase.FAILED if _true(metric.failure, result) else Phase.SUCCESSFUL
        return Phase.SUCCESSFUL if _true(metric.success or "", result) else Phase.FAILED
    except IndexError:
        return Phase.ERROR


def _true(condition: str, result: list[float]) -> bool:
    # Of expr's language the conditions use what Python has too, but for these two words.
    python = condition.replace("||", "or").replace("&&", "and")
    return bool(eval(python, {"__builtins__": {}, "len": len}, {"result": result}))  # noqa: S307 - our own conditions


def of_pods(query: str, model: str, canary: str, stable: Sequence[str]) -> str:
    """The query as it would be asked if these pods were those of two versions."""
    one, others = (f"{model}-{{{{args.{argument}}}}}-[^-]+" for argument in HASHES)
    return query.replace(one, canary).replace(others, "|".join(stable))
