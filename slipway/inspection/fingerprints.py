"""Fingerprints that tell whether two versions have the same weights, or the same architecture."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from service.manifest import Fingerprints, digest
from slipway.inspection.graph import Graph


def fingerprints(folder: Path, graph: Graph) -> Fingerprints:
    """Compute both for the SavedModel in `folder`.

    Neither depends on names or order, which differ each time that Keras writes the same model.
    """
    import tensorflow

    tf: Any = tensorflow
    values: list[str] = []
    shapes: list[str] = []
    if (folder / "variables" / "variables.index").is_file():
        reader: Any = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
        for name in reader.get_variable_to_shape_map():
            if name.endswith("/.ATTRIBUTES/VARIABLE_VALUE"):
                value = np.asarray(reader.get_tensor(name))
                shapes.append(f"{value.dtype} {value.shape}")
                values.append(f"{shapes[-1]} {hashlib.sha256(value.tobytes()).hexdigest()}")
    if not values:  # the weights are constants in the graph
        values.append(digest((folder / "saved_model.pb").read_bytes()))
    return Fingerprints(weights=_over(values), architecture=_over([*shapes, *graph.operations]))


def _over(lines: Iterable[str]) -> str:
    return digest("\n".join(sorted(lines)).encode())
