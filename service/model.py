"""What the service needs of a model, so that everything but one file can do without TensorFlow."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest

Rows: TypeAlias = NDArray[np.float64]
"""Readings, one per row, their features in the manifest's order: shape (n, features)."""

Answers: TypeAlias = NDArray[np.float64]
"""One number per reading: shape (n,)."""


class Model(Protocol):
    """A loaded model."""

    def predict(self, rows: Rows) -> Answers:
        """Answer every row; blocks, and is called from one thread."""
        ...


class ModelRefused(Exception):
    """The files are the published ones, but they cannot be served as the manifest says."""


LoadModel: TypeAlias = Callable[[Path, Manifest], Model]
"""Loads the model in a folder; raises `ModelRefused`."""


def check_golden_answers(model: Model, manifest: Manifest) -> None:
    """Compare the model's answers with those that were published with it, which also warms it up.

    Raises:
        ModelRefused: an answer differs by more than the manifest's tolerance.
    """
    names = [feature.name for feature in manifest.features]
    golden = manifest.golden
    rows = np.array([[reading[name] for name in names] for reading in golden.inputs], dtype=np.float64)
    # One by one, as requests come, and then together: both shapes are traced before the first request.
    answers = np.concatenate([model.predict(rows[index : index + 1]) for index in range(len(rows))])
    together = model.predict(rows)
    for got in (answers, together):
        for reading, wanted, answer in zip(golden.inputs, golden.outputs, got, strict=True):
            if not abs(float(answer) - wanted) <= golden.tolerance:  # so written, NaN is refused too
                raise ModelRefused(
                    f"golden reading {dict(reading)}: the model answers {float(answer)}, "
                    f"published was {wanted} (tolerance {golden.tolerance})"
                )
