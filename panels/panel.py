"""A panel as data: what it asks Prometheus, and how the answer is to be read. It draws nothing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_MODEL: Final = "$model"
_LABEL: Final = re.compile(r"{{(\w+)}}")


class Unit(StrEnum):
    """What a number counts. Durations are in seconds, memory in bytes, shares from 0 to 1."""

    PER_SECOND = "per second"
    SECONDS = "seconds"
    SHARE = "share"
    BYTES = "bytes"
    CORES = "cores"
    COUNT = "count"
    TIMES = "times"
    NUMBER = "number"
    """The model's own: what it answers."""


class Kind(StrEnum):
    """How a panel is drawn."""

    TILE = "tile"
    """One number, as it is now."""
    LINES = "lines"
    AREAS = "areas"
    """Lines that add up, one on the other."""
    BARS = "bars"
    """Shares of values, as they are now: of a histogram with the label `le`, whose buckets hold those below."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question of one model.

    Attributes:
        expression: PromQL, with `$model` in the selectors where the matchers of namespace and model go.
        legend: what a series is called: a text with labels in it, as `{{model_version}}`.
    """

    expression: str
    legend: str

    def of(self, namespace: str, model: str) -> str:
        """The PromQL that asks of this model; whatever is in the names stays within the matchers."""
        return self.expression.replace(_MODEL, f"namespace={_quoted(namespace)},model={_quoted(model)}")

    def called(self, labels: Mapping[str, str]) -> str:
        """What a series with these labels is called."""
        return self.legend_with(lambda label: labels.get(label, "")).strip(" ·")

    def legend_with(self, written: Callable[[str], str]) -> str:
        """The legend with each label as it is to be `written`."""
        return _LABEL.sub(lambda found: written(found[1]), self.legend)


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Below which a tile's number is a warning, and below which it is bad."""

    warning: float
    bad: float


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One thing to look at.

    Attributes:
        key: its name for machines; once in the table.
        title: its name for people.
        about: one or two sentences: what is seen, and what to make of it.
        unit: of its numbers.
        kind: how it is drawn.
        queries: what it asks.
        levels: of a tile, below which it is no longer well.
        optional: whether there may never be data, so that it isn't missed.
    """

    key: str
    title: str
    about: str
    unit: Unit
    kind: Kind
    queries: tuple[Query, ...]
    levels: Levels | None = None
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'
