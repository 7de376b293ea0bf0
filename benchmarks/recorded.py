"""What moved since the figures that are in the repository: shares of the base, which mean the same on any machine."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from benchmarks.measuring import share

MOVED: Final = 0.1
"""Rounds of the same server on an idle machine differ by a few hundredths; a tenth is a change."""


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A line for each share that is another now, the largest change first."""
    found = sorted(_changes(before.get("models", {}), now["models"]), key=lambda each: -abs(each[0]))
    return [f"{what}: {old:.3g} was recorded, {new:.3g} now ({change:+.0%})" for change, what, old, new in found]


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[float, str, float, float]]:
    for weight, model in now.items():
        base, old = model["base"], before.get(weight, {"base": None})
        if old["base"] != base:
            continue
        for name in model["servers"].keys() & old["servers"].keys() - {base}:
            for what in (f"requests/s {share(base)}", f"processor time {share(base)}"):
                was, is_now = (_share(each, name, what) for each in (old, model))
                if abs(is_now / was - 1) > MOVED:
                    yield is_now / was - 1, f"{weight}, {name}, {what}", was, is_now


def _share(model: Mapping[str, Any], name: str, what: str) -> float:
    column = "requests/s" if what.startswith("requests") else "processor (µs a request)"
    return model["servers"][name][column] / model["servers"][model["base"]][column]
