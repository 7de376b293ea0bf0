"""Tables of readings from CSV files: checked against the card, and reduced to what a manifest keeps of them."""

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modelstore.manifest import FeatureType, Input
from slipway.errors import BadInput

QUANTILES: Final = 21
"""Evenly spaced from 0 to 1, so every 5 %: enough to tell distributions apart, few enough to count in."""

MAX_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class Table:
    """Readings with what really happened.

    Attributes:
        path: where it was read.
        sha256: of the file, as `sha256:…`.
        rows: values of the features, in the card's order.
        labels: one per row; empty when no label was asked for.
    """

    path: Path
    sha256: str
    rows: tuple[tuple[float, ...], ...]
    labels: tuple[float, ...]

    def column(self, index: int) -> list[float]:
        """All values of one feature."""
        return [row[index] for row in self.rows]


def read_table(path: Path, features: Sequence[Input], label: str | None) -> Table:
    """Read a CSV file with a header; columns that are neither feature nor label are ignored.

    Raises:
        BadInput: the file or a column is absent, or a value is no number, not finite or out of its range.
    """
    try:
        content = path.read_bytes()
        lines = csv.DictReader(content.decode("utf-8-sig").splitlines())
        header = lines.fieldnames or []
        wanted = [feature.name for feature in features] + ([label] if label else [])
        if missing := [name for name in wanted if name not in header]:
            raise BadInput(f"{path}: no column {missing[0]!r}; the columns are {', '.join(header)}")
        records = list(lines)
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such table") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: not a CSV file: {error}") from error
    if not 1 <= len(records) <= MAX_ROWS:
        raise BadInput(f"{path}: {len(records)} rows; it must have 1 to {MAX_ROWS}")
    rows: list[tuple[float, ...]] = []
    labels: list[float] = []
    for line, record in enumerate(records, start=2):
        rows.append(tuple(_reading(record[feature.name], feature, path, line) for feature in features))
        if label:
            labels.append(_number(record[label], label, path, line))
    return Table(path, f"sha256:{hashlib.sha256(content).hexdigest()}", tuple(rows), tuple(labels))


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
