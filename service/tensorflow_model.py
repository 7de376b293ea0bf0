"""The one file that knows TensorFlow: the signature of a SavedModel as a `Model`.

The signature is called, not `model.predict`, which takes 200 times as long for one row. Keras is not loaded,
so nothing runs but the graph that was published.

And it is called as the operation that it is, not as the object that TensorFlow makes of it, which takes longer than a
small model does: it binds names, checks shapes, and hands the graph to a thread of TensorFlow's. The operation runs it
in the caller's, so that the caller knows what it takes of the processor.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from modelstore.manifest import Manifest
from service.model import ModelRefused, Tensors, TensorSpec

# TensorFlow has no usable types: everything of its own is Any, and stays in this file.

_TRANSIENT: Final = ("ResourceExhaustedError", "UnavailableError", "AbortedError", "CancelledError")
"""Errors of TensorFlow that say nothing of the files: the same may load in a while."""


@dataclass(frozen=True)
class TensorflowModel:
    """A loaded SavedModel.

    Attributes:
        loaded: keeps the variables alive; the signature alone does not.
        operation: answers `args`, which are tensors or arrays: the inputs and the variables.
        inputs: what it takes, in its order.
        variables: what it takes of the model's own.
        row_limit: 1 if its tensors have room for one row only, otherwise None.
        output: name of the output that is asked for.
        place: of that among its answers.
    """

    loaded: object
    operation: Callable[..., Sequence[Any]]
    inputs: Mapping[str, TensorSpec]
    variables: Sequence[Any]
    row_limit: int | None
    output: str
    place: int

    def predict(self, tensors: Tensors) -> Tensors:
        """Answer every row."""
        answers = self.operation(args=[*(tensors[name] for name in self.inputs), *self.variables])
        return {self.output: answers[self.place].numpy()}


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
        ModelRefused: it cannot be loaded, or has no such signature, or one that takes no rows.
        OSError, MemoryError: it could not be read now; the same files may load later.
    """
    import tensorflow

    tf: Any = tensorflow
    try:
        loaded: Any = tf.saved_model.load(str(folder))
    except (OSError, ValueError, tf.errors.OpError) as error:
        # A system call that failed has a number; a file that TensorFlow can't read as its own has none.
        if getattr(error, "errno", None) or type(error).__name__ in _TRANSIENT:
            raise OSError(f"TensorFlow could not load the model now: {error}") from error
        raise ModelRefused(f"no SavedModel that TensorFlow {tf.__version__} can load: {error}") from error
    signatures: Mapping[str, Any] = loaded.signatures
    if manifest.signature not in signatures:
        raise ModelRefused(f"no signature {manifest.signature!r}; there are {sorted(signatures)}")
    signature = signatures[manifest.signature]
    outputs: Mapping[str, Any] = signature.structured_outputs
    if manifest.output.tensor not in outputs:
        raise ModelRefused(f"no output {manifest.output.tensor!r}; there are {sorted(outputs)}")
    specs: Mapping[str, Any] = signature.structured_input_signature[1]
    single = {name for name, spec in specs.items() if _first_axis(name, spec) == 1}
    if single and single != set(specs):
        raise ModelRefused(f"the inputs {sorted(single)} take one row, and {sorted(set(specs) - single)} any number")
    # Its parameters and answers are in the order of their names, as `tf.nest` flattens mappings.
    inputs = {
        name: TensorSpec(np.dtype(spec.dtype.as_numpy_dtype), tuple(spec.shape[1:]))
        for name, spec in sorted(specs.items())
    }
    types = [answer.dtype for answer in signature.outputs]
    return TensorflowModel(
        loaded=loaded,
        operation=partial(tf.raw_ops.StatefulPartitionedCall, f=signature, Tout=types),
        inputs=inputs,
        variables=signature.captured_inputs,
        row_limit=1 if single else None,
        output=manifest.output.tensor,
        place=sorted(outputs).index(manifest.output.tensor),
    )


def _first_axis(name: str, spec: Any) -> int | None:
    """How many rows a tensor takes: 1, or None for any number."""
    if spec.shape.rank and spec.shape[0] in (None, 1):
        return spec.shape[0]
    raise ModelRefused(f"input {name!r} has the shape {spec.shape}; its first dimension must be open (None), or 1")
