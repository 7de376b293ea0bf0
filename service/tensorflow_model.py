"""The one file that knows TensorFlow: the signature of a SavedModel as a `Model`.

The signature is called, not `model.predict`, which takes 200 times as long for one row. Keras is not loaded,
so nothing runs but the graph that was published.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest
from service.model import Answers, ModelRefused, Rows

# TensorFlow has no usable types: everything of its own is Any, and stays in this file.
_Spec: TypeAlias = Any
_Feed: TypeAlias = Callable[[Rows], dict[str, Any]]

_FLOATS: Final = {"float32": np.float32, "float64": np.float64}


@dataclass(frozen=True)
class TensorflowModel:
    """A loaded SavedModel.

    Attributes:
        loaded: keeps the variables alive; the signature alone does not.
        signature: the function that answers.
        feed: turns rows into its arguments.
        output: name of its output.
    """

    loaded: object
    signature: Callable[..., Mapping[str, Any]]
    feed: _Feed
    output: str

    def predict(self, rows: Rows) -> Answers:
        """Answer every row.

        Raises:
            ModelRefused: the model gives not one number per row.
        """
        answers: NDArray[Any] = self.signature(**self.feed(rows))[self.output].numpy()
        if answers.size != len(rows):
            raise ModelRefused(f"output {self.output!r} has the shape {answers.shape} for {len(rows)} rows")
        return answers.reshape(-1).astype(np.float64)


def configure(threads: int) -> None:
    """Set what TensorFlow takes from the environment when it is imported, which must come later.

    Args:
        threads: at most so many inside an operation, and as many between operations.
    """
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its errors only; the rest is no JSON and says nothing
    # TensorFlow imports Keras 3 unless it is told to use Keras 2, which isn't installed: saves 2 s and 40 MB.
    os.environ["TF_USE_LEGACY_KERAS"] = "1"


def load_saved_model(folder: Path, manifest: Manifest) -> TensorflowModel:
    """Load the SavedModel in `folder`.

    Raises:
        ModelRefused: it has no such signature, or one that cannot be fed with the manifest's features.
    """
    import tensorflow

    tf: Any = tensorflow
    try:
        loaded: Any = tf.saved_model.load(str(folder))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ModelRefused(f"no SavedModel that TensorFlow {tf.__version__} can load: {error}") from error
    signatures: Mapping[str, Any] = loaded.signatures
    if manifest.signature not in signatures:
        raise ModelRefused(f"no signature {manifest.signature!r}; there are {sorted(signatures)}")
    signature = signatures[manifest.signature]
    outputs: Mapping[str, _Spec] = signature.structured_outputs
    if manifest.output.tensor not in outputs:
        raise ModelRefused(f"no output {manifest.output.tensor!r}; there are {sorted(outputs)}")
    inputs: Mapping[str, _Spec] = signature.structured_input_signature[1]
    feed = _feed(tf, inputs, [feature.name for feature in manifest.features])
    return TensorflowModel(loaded, signature, feed, manifest.output.tensor)


def _feed(tf: Any, inputs: Mapping[str, _Spec], features: list[str]) -> _Feed:
    """How rows become the signature's arguments: one tensor per feature, or one for all of them."""
    types = {name: _float_type(name, spec) for name, spec in inputs.items()}
    if set(inputs) == set(features) and all(_columns(spec) in (None, 1) for spec in inputs.values()):
        shapes = {name: [-1] if len(spec.shape) == 1 else [-1, 1] for name, spec in inputs.items()}
        order = list(enumerate(features))
        return lambda rows: {
            name: tf.constant(rows[:, index].astype(types[name]).reshape(shapes[name])) for index, name in order
        }
    if len(inputs) == 1:
        [(only, spec)] = inputs.items()
        if len(spec.shape) == 2 and spec.shape[1] in (None, len(features)):  # noqa: PLR2004 rows and columns
            dtype = types[only]
            return lambda rows: {only: tf.constant(rows.astype(dtype))}
    found = {name: str(spec.shape) for name, spec in inputs.items()}
    raise ModelRefused(
        f"the signature takes {found}; wanted is one tensor of shape (None, {len(features)}), "
        f"or one of shape (None,) or (None, 1) for each of {features}"
    )


def _float_type(name: str, spec: _Spec) -> type[np.float32 | np.float64]:
    if spec.dtype.name not in _FLOATS:
        raise ModelRefused(f"input {name!r} is {spec.dtype.name}; the service feeds {' or '.join(_FLOATS)}")
    if spec.shape.rank is None or spec.shape.rank == 0 or spec.shape[0] is not None:
        raise ModelRefused(f"input {name!r} has the shape {spec.shape}; its first dimension must be open (None)")
    return _FLOATS[spec.dtype.name]


def _columns(spec: _Spec) -> int | None:
    """How many columns a tensor has for a row; None when it has no second dimension, 0 when it is no table."""
    if len(spec.shape) == 1:
        return None
    return spec.shape[1] if len(spec.shape) == 2 and spec.shape[1] else 0  # noqa: PLR2004 rows and columns
