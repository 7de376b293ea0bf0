"""Panels with their answers as plotly's figures: traces and axes, without what follows from the page's theme."""

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Lock
from typing import Any, Final, TypeAlias

from panels.panel import Kind, Levels, Unit
from slipway.monitoring.prometheus import Sample
from slipway.monitoring.snapshot import Line, Model, Seen, Snapshot

Trace: TypeAlias = dict[str, Any]

NOTHING: Final = "–"  # noqa: RUF001 - a dash
"""Where there is no number."""

# Told apart by the colour-blind, and legible on white and on black.
_VERSIONS: Final = ("#3b8ed0", "#e8842c", "#8f6fd1", "#1ba39c", "#d45d9b", "#a3893a")
_DASHES: Final = ("solid", "dash", "dot", "dashdot")
# None of the versions' colours: what is of no version shall not look like one.
_OTHERS: Final = ("#3f9c74", "#7d8794", "#b07d62", "#5f78b5", "#98a03c")
# How a prediction ended has a meaning, and so has its colour: answered, the client's, refused, ours.
_OUTCOMES: Final = {
    "success": "#2f9e62",
    "invalid": "#7d8794",
    "cancelled": "#a9b1ba",
    "shed": "#e3b341",
    "not_loaded": "#e8842c",
    "deadline": "#d45d9b",
    "error": "#d1433f",
}
_MEBI, _GIBI = 2**20, 2**30


@dataclass(frozen=True)
class Scale:
    """How the numbers of a unit are written: each by `factor`, in d3's `form`, with `suffix`."""

    factor: float
    form: str
    suffix: str


_SCALES: Final = {
    Unit.PER_SECOND: Scale(1, ",.4~g", "/s"),
    Unit.SECONDS: Scale(1, ".3~s", "s"),
    Unit.SHARE: Scale(1, ".3~p", ""),
    Unit.CORES: Scale(1, ",.3~g", ""),
    Unit.COUNT: Scale(1, ",.3~g", ""),
    Unit.TIMES: Scale(1, ",.3~g", "×"),  # noqa: RUF001 - the sign that it is
    Unit.NUMBER: Scale(1, ".4~g", ""),
}

# For tiles: the first size that a number reaches, and what is written behind it.
_WRITTEN: Final[dict[Unit, tuple[tuple[float, str], ...]]] = {
    Unit.PER_SECOND: ((1, " /s"),),
    Unit.SECONDS: ((1, " s"), (1e-3, " ms"), (1e-6, " µs")),
    Unit.SHARE: ((0.01, " %"),),
    Unit.BYTES: ((_GIBI, " GiB"), (_MEBI, " MiB")),
    Unit.CORES: ((1, ""),),
    Unit.COUNT: ((1, ""),),
    Unit.TIMES: ((1, " ×"),),  # noqa: RUF001 - the sign that it is
    Unit.NUMBER: ((1, ""),),
}
_THREE_DIGITS: Final = 100


@dataclass(frozen=True)
class _Release:
    version: str
    release: str


class Colours:
    """Gives each version a colour, and keeps it: whatever else comes and goes, and in all panels of its model.

    The same version in another release has one of its own, because a canary compares these too.
    """

    def __init__(self) -> None:
        self._known: Final[dict[Model, dict[_Release, str]]] = {}
        self._lock: Final = Lock()

    def learn(self, snapshot: Snapshot) -> None:
        """Take note of the versions in a snapshot: the lowest that is new gets the next colour."""
        found = {release for seen in snapshot.seen for line in seen.lines if (release := _release(line))}
        with self._lock:
            known = self._known.setdefault(snapshot.model, {})
            for release in sorted(found - known.keys(), key=_order):
                known[release] = _VERSIONS[len(known) % len(_VERSIONS)]

    def of(self, model: Model, line: Line) -> str | None:
        """The colour of a line's version; None if it is of no version alone."""
        release = _release(line)
        return self._known[model][release] if release else None


def figure(seen: Seen, snapshot: Snapshot, colours: Colours) -> dict[str, Any]:
    """The figure of a panel that is no tile: `traces`, and the `axes` of the layout; times in the clock's zone."""
    scale = _scale(seen)
    paint = _Painter(snapshot, colours)
    axes: dict[str, Any] = {
        "yaxis": {
            "tickformat": scale.form,
            "hoverformat": scale.form,
            "ticksuffix": scale.suffix,
            # A line at nothing shall look like nothing, and not like a mountain range of rounding errors.
            "rangemode": "normal" if seen.panel.unit is Unit.NUMBER else "tozero",
        }
    }
    if seen.panel.kind is Kind.BARS:
        return {"traces": [*_bars(seen.lines, paint)], "axes": axes | {"xaxis": {"type": "category", "tickangle": -45}}}
    span = [local_time(snapshot.start.timestamp(), snapshot), local_time(snapshot.end.timestamp(), snapshot)]
    stacked = seen.panel.kind is Kind.AREAS
    lines = _stack(seen.lines) if stacked else seen.lines
    traces = [
        {
            **_named(line),
            "type": "scatter",
            "mode": "lines",
            **_points(line.samples, scale.factor, snapshot, gaps=not stacked),
            **(_area(paint, line, number) if stacked else {"line": paint.line(line, number) | {"width": 2}}),
        }
        for number, line in enumerate(lines)
    ]
    days = snapshot.end - snapshot.start > timedelta(days=1)
    times = {"type": "date", "range": span, "tickformat": "%e %b" if days else "%H:%M", "hoverformat": "%e %b %H:%M:%S"}
    return {"traces": traces, "axes": axes | {"xaxis": times}}


def tile(seen: Seen) -> dict[str, Any]:
    """The number of a tile as text, and its level: `good`, `warning` or `bad`, or `plain` where it has none.

    Without a number it is a dash, and the level is `none`.
    """
    values = [value for line in seen.lines for _, value in line.samples if value is not None]
    if not values:
        return {"text": NOTHING, "level": "none"}
    value = values[0]
    return {"text": written(value, seen.panel.unit), "level": _level(value, seen.panel.levels)}


def written(value: float, unit: Unit) -> str:
    """A number for people: three digits that count, and of large numbers all before the point."""
    sizes = _WRITTEN[unit]
    size, suffix = next((one for one in sizes if abs(value) >= one[0]), sizes[-1] if value else sizes[0])
    scaled = value / size
    return (f"{scaled:,.0f}" if abs(scaled) >= _THREE_DIGITS else f"{scaled:.3g}") + suffix


def _level(value: float, levels: Levels | None) -> str:
    if levels is None:
        return "plain"
    return "bad" if value < levels.bad else "warning" if value < levels.warning else "good"


@dataclass(frozen=True)
class _Painter:
    snapshot: Snapshot
    colours: Colours

    def line(self, line: Line, number: int) -> dict[str, str]:
        """Colour by version, and dashes by what of it is told: the same in all panels."""
        colour = self.colours.of(self.snapshot.model, line)
        if colour:
            return {"color": colour, "dash": _DASHES[line.query % len(_DASHES)]}
        return {"color": self.plain(line, number), "dash": "solid"}

    def plain(self, line: Line, number: int) -> str:
        return _OUTCOMES.get(line.labels.get("status", ""), _OTHERS[number % len(_OTHERS)])


def _scale(seen: Seen) -> Scale:
    if seen.panel.unit is not Unit.BYTES:
        return _SCALES[seen.panel.unit]
    largest = max((value or 0 for line in seen.lines for _, value in line.samples), default=0)
    return Scale(1 / _GIBI, ",.3~g", " GiB") if largest >= _GIBI else Scale(1 / _MEBI, ",.3~g", " MiB")


def _named(line: Line) -> Trace:
    # Plotly reads some markup in names, and labels are whatever somebody put into them.
    return {"name": html.escape(line.legend, quote=False)}


def _points(samples: Sequence[Sample], factor: float, snapshot: Snapshot, *, gaps: bool) -> Trace:
    """Points of a line, broken where nothing was recorded in between."""
    times: list[str] = []
    values: list[float | None] = []
    before: float | None = None
    for time, value in samples:
        if gaps and before is not None and time - before > 1.5 * snapshot.step:
            times.append(local_time(before + snapshot.step, snapshot))
            values.append(None)
        times.append(local_time(time, snapshot))
        values.append(None if value is None else value * factor)
        before = time
    return {"x": times, "y": values}


def _area(paint: _Painter, line: Line, number: int) -> Trace:
    colour = paint.plain(line, number)
    # Where an outcome was not recorded, there was none of it.
    return {"stackgroup": "all", "stackgaps": "infer zero", "line": {"color": colour, "width": 1}, "fillcolor": colour}


def _stack(lines: Sequence[Line]) -> Sequence[Line]:
    """In the order of the outcomes, without what never happened; unless nothing at all did."""
    ordered = sorted(lines, key=_place)
    return [line for line in ordered if any(value for _, value in line.samples)] or ordered


def _place(line: Line) -> tuple[int, str]:
    known = list(_OUTCOMES)
    status = line.labels.get("status", "")
    return known.index(status) if status in known else len(known), line.legend


def _bars(lines: Sequence[Line], paint: _Painter) -> Iterator[Trace]:
    """Shares per bucket, from those below each bucket's end; a trace for each release."""
    releases: dict[_Release | None, list[Line]] = {}
    for line in lines:
        releases.setdefault(_release(line), []).append(line)
    # What is asked of a single time comes in any order.
    for _, buckets in sorted(releases.items(), key=lambda one: _order(one[0] or _Release("", ""))):
        ends = sorted(buckets, key=lambda line: float(line.labels["le"]))
        below = [0.0, *(line.samples[0][1] or 0.0 for line in ends)]
        yield {
            **_named(ends[0]),
            "type": "bar",
            "x": [*_ranges([float(line.labels["le"]) for line in ends])],
            "y": [max(after - before, 0.0) for before, after in pairwise(below)],
            "marker": {"color": paint.line(ends[0], 0)["color"]},
        }


def _ranges(ends: Sequence[float]) -> Iterator[str]:
    """What to write below a bar, by its bucket's end."""
    for index, end in enumerate(ends):
        yield f">{ends[index - 1]:.3g}" if math.isinf(end) and index else f"≤{end:.3g}"


def local_time(time: float, snapshot: Snapshot) -> str:
    """Seconds of Unix time for plotly. Without a zone, because plotly knows none: as the clock on the wall says."""
    return datetime.fromtimestamp(time, snapshot.end.tzinfo).strftime("%Y-%m-%d %H:%M:%S")


def _release(line: Line) -> _Release | None:
    version = line.labels.get("model_version")
    return _Release(version, line.labels.get("release", "")) if version else None


def _order(release: _Release) -> tuple[list[tuple[int, int, str]], str]:
    """`1.10.0` after `1.9.0`."""
    parts = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in release.version.split(".")]
    return parts, release.release
