"""The tabular view of a model: readings, one per row, as its tensors, and its output as one number per reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest
from service.model import Model, ModelRefused, Tensors, TensorSpec

Rows: TypeAlias = NDArray[np.float64]
"""Readings, one per row, their features in the manifest's order: shape (n, features)."""

Answers: TypeAlias = NDArray[np.float64]
"""One number per reading: shape (n,)."""

_FLOATS: Final = ("float32", "float64")


@dataclass(frozen=True)
class Tabular:
    """How readings become tensors.

    Attributes:
        columns: for each input, which features it takes, in its order: all of them, or one.
        shapes: for each input, the shape of its tensor; -1 for the rows.
        types: for each input, its type.
        output: the tensor that answers.
    """

    columns: Mapping[str, slice]
    shapes: Mapping[str, tuple[int, ...]]
    types: Mapping[str, np.dtype[Any]]
    output: str

    @classmethod
    def of(cls, manifest: Manifest, inputs: Mapping[str, TensorSpec]) -> Self:
        """The view that fits a model: one tensor for all features, or one for each.

        Raises:
            ModelRefused: no such view fits.
        """
        features = [feature.name for feature in manifest.features]
        for name, spec in inputs.items():
            if spec.dtype.name not in _FLOATS:
                raise ModelRefused(f"input {name!r} is {spec.dtype}; the service feeds {' or '.join(_FLOATS)}")
        types = {name: spec.dtype for name, spec in inputs.items()}
        output = manifest.output.tensor
        if set(inputs) == set(features) and all(spec.row in ((), (1,), (None,)) for spec in inputs.values()):
            columns = {name: slice(index, index + 1) for index, name in enumerate(features)}
            shapes = {name: (-1, *(1 for _ in inputs[name].row)) for name in features}
            return cls(columns, shapes, types, output)
        if len(inputs) == 1:
            [(only, spec)] = inputs.items()
            if spec.row in ((None,), (len(features),)):
                return cls({only: slice(None)}, {only: (-1, len(features))}, types, output)
        found = ", ".join(f"{name}: {spec}" for name, spec in inputs.items())
        raise ModelRefused(
            f"the signature takes {found}; wanted is one tensor with {len(features)} columns, or one of shape (n) or "
            f"(n, 1) for each of {features}"
        )

    def largest(self) -> float:
        """The largest number that every input can hold."""
        return min(float(np.finfo(dtype).max) for dtype in self.types.values())

    def tensors(self, rows: Rows) -> Tensors:
        """What the model is asked with."""
        return {
            name: rows[:, columns].astype(self.types[name]).reshape(self.shapes[name])
            for name, columns in self.columns.items()
        }

    def rows(self, tensors: Tensors) -> NDArray[Any]:
        """The readings that these tensors came from, as exactly as the model saw them."""
        parts = [tensors[name] for name in self.columns]
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)

    def answers(self, tensors: Tensors, rows: int) -> Answers:
        """The output's numbers.

        Raises:
            ModelRefused: there is not one for each of `rows`.
        """
        answers = tensors[self.output]
        if answers.size != rows:
            raise ModelRefused(f"output {self.output!r} has the shape {answers.shape} for {rows} rows")
        return answers.reshape(-1).astype(np.float64)

    def ask(self, model: Model, rows: Rows) -> Answers:
        """Ask a model directly, as many rows in a call as it is given.

        Raises:
            ModelRefused: it does not answer with one number for each row.
        """
        return self.answers(model.predict(self.tensors(rows)), len(rows))
