"""Fingerprints that tell whether two versions have the same weights, or the same architecture."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from modelstore.manifest import Fingerprints, digest
from slipway.models.inspection.graph import Graph


def fingerprints(folder: Path, graph: Graph) -> Fingerprints:
    """Compute both for the SavedModel in `folder`.

    Neither depends on names or order, which differ each time that Keras writes the same model. Numbers of the
    model are its variables and the floats that stand in its graph: layers that normalise keep theirs there.
    Constants of other types are mostly shapes and axes, so they belong to the architecture; texts are messages.
    """
    import tensorflow

    tf: Any = tensorflow
    numbers = [*_variables(tf, folder)]
    architecture = [*graph.operations]
    for constant in graph.constants:
        kind = tf.dtypes.as_dtype(constant.dtype)
        if kind.is_floating or kind.is_complex:
            numbers.append(tf.make_ndarray(constant))
        elif kind != tf.string:
            architecture.append(digest(constant.SerializeToString(deterministic=True)))
    forms = [f"{value.dtype} {value.shape}" for value in numbers]
    values = [hashlib.sha256(value.tobytes()).hexdigest() for value in numbers]
    return Fingerprints(
        weights=_over(f"{form} {value}" for form, value in zip(forms, values, strict=True)),
        architecture=_over([*forms, *architecture]),
    )


def _variables(tf: Any, folder: Path) -> Iterator[Any]:
    if (folder / "variables" / "variables.index").is_file():
        reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
        for name in reader.get_variable_to_shape_map():
            if name.endswith("/.ATTRIBUTES/VARIABLE_VALUE"):
                yield np.asarray(reader.get_tensor(name))


def _over(lines: Iterable[str]) -> str:
    return digest("\n".join(sorted(lines)).encode())
