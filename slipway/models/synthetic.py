"""Readings that nobody took, for golden answers of a model whose data must not be seen.

Each feature's value is drawn on its own, evenly between the quantiles of the training data, which are in the manifest
anyway. So a reading need not make sense as a whole; a model has one answer to it all the same.
"""

import math
import random
from collections.abc import Sequence
from typing import Final

from modelstore.manifest import Feature, FeatureType
from slipway.models.tables import Rows

READINGS: Final = 256
"""To choose golden ones from, so that their answers spread as those to real readings do."""


def synthetic(features: Sequence[Feature]) -> Rows:
    """Draw `READINGS` readings inside the features' ranges; the same for the same features."""
    draw = random.Random(0)  # noqa: S311 no secret depends on it
    columns: list[list[float]] = []
    for feature in features:
        levels = [(step + 0.5) / READINGS for step in range(READINGS)]
        draw.shuffle(levels)
        columns.append([_value(feature, level) for level in levels])
    return tuple(zip(*columns, strict=True))


def _value(feature: Feature, level: float) -> float:
    """The value below which a share of `level` of the training data lies, about."""
    position = level * (len(feature.quantiles) - 1)
    below = math.floor(position)
    low, high = feature.quantiles[below : below + 2]
    value = float(f"{low + (position - below) * (high - low):.6g}")
    if feature.type is FeatureType.INTEGER:
        value = float(round(value))
    return min(max(value, feature.minimum), feature.maximum)  # where rounding left the range
