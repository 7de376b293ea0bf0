"""Tables of readings from CSV files: checked against the card, and reduced to what a manifest keeps of them."""

import csv
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final, TypeAlias

from modelstore.manifest import FeatureType, Input, digest
from slipway.errors import BadInput

QUANTILES: Final = 21
"""Evenly spaced from 0 to 1, so every 5 %: enough to tell distributions apart, few enough to count in."""

MAX_ROWS: Final = 1_000_000

Rows: TypeAlias = tuple[tuple[float, ...], ...]
"""Readings: values of the features, in the card's order."""


@dataclass(frozen=True)
class Table:
    """Readings with what really happened.

    Attributes:
        path: where it was read.
        sha256: of the file, as `sha256:…`.
        rows: the readings.
        labels: one per row; empty when there is none.
        lines: where each row ends in the file.
    """

    path: Path
    sha256: str
    rows: Rows
    labels: tuple[float, ...]
    lines: tuple[int, ...]

    def column(self, index: int) -> list[float]:
        """All values of one feature."""
        return [row[index] for row in self.rows]


def read_table(path: Path, features: Sequence[Input], label: str, *, needs_label: bool = True) -> Table:
    """Read a CSV file with a header; columns that are neither feature nor label are ignored.

    Args:
        path: of the file.
        features: the columns to read.
        label: the column with what really happened.
        needs_label: whether that must be there.

    Raises:
        BadInput: the file or a column is absent, or a value is no number, not finite or out of its range.
    """
    try:
        content = path.read_bytes()
        # Not `splitlines`, which also ends lines where CSV doesn't: at U+0085, U+2028 and more.
        lines = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))
        header = lines.fieldnames or []
        labelled = needs_label or label in header
        wanted = [feature.name for feature in features] + ([label] if labelled else [])
        if missing := [name for name in wanted if name not in header]:
            raise BadInput(f"{path}: no column {missing[0]!r}; the columns are {', '.join(header)}")
        if repeated := [name for name in wanted if header.count(name) > 1]:
            raise BadInput(f"{path}: {header.count(repeated[0])} columns {repeated[0]!r}; leave one of them")
        records = [(lines.line_num, record) for record in lines]
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such table") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: not a CSV file: {error}") from error
    if not 1 <= len(records) <= MAX_ROWS:
        raise BadInput(f"{path}: {len(records)} rows; it must have 1 to {MAX_ROWS}")
    rows: list[tuple[float, ...]] = []
    labels: list[float] = []
    for line, record in records:
        rows.append(tuple(_reading(record[feature.name], feature, path, line) for feature in features))
        if labelled:
            labels.append(_number(record[label], label, path, line))
    return Table(path, digest(content), tuple(rows), tuple(labels), tuple(line for line, _ in records))


def seen_lines(holdout: Table, training: Table) -> list[int]:
    """Lines of the held-out data whose whole row, with the label if both have one, is in the training data too.

    A row that stands several times in the held-out data itself doesn't count: readings of few values repeat anyway.
    """
    labelled = bool(holdout.labels and training.labels)
    ours, theirs = ([*zip(t.rows, t.labels, strict=True)] if labelled else [*t.rows] for t in (holdout, training))
    times, known = Counter[object](ours), set[object](theirs)
    return [line for line, row in zip(holdout.lines, ours, strict=True) if times[row] == 1 and row in known]


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """`QUANTILES` reference quantiles, linear between neighbouring values; six significant digits."""
    ordered = sorted(values)
    found: list[float] = []
    for step in range(QUANTILES):
        position = step / (QUANTILES - 1) * (len(ordered) - 1)
        below = math.floor(position)
        above = min(below + 1, len(ordered) - 1)
        value = ordered[below] + (position - below) * (ordered[above] - ordered[below])
        found.append(float(f"{value:.6g}"))
    return tuple(found)


def _reading(text: str | None, feature: Input, path: Path, line: int) -> float:
    value = _number(text, feature.name, path, line)
    if not feature.minimum <= value <= feature.maximum:
        raise BadInput(
            f"{path}, line {line}: {feature.name} = {value:g} {feature.unit} is outside of the card's range "
            f"{feature.minimum:g} to {feature.maximum:g}; widen the range or remove the row"
        )
    if feature.type is FeatureType.INTEGER and not value.is_integer():
        raise BadInput(f"{path}, line {line}: {feature.name} = {value:g}, but the card says it is an integer")
    return value


def _number(text: str | None, column: str, path: Path, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(f"{path}, line {line}: {column} = {text!r} is not a finite number")
    return value
