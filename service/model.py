"""What the service needs of a model, so that everything but one file can do without TensorFlow.

Named tensors go in and named tensors come out; what they mean to people is a view of them (`tabular`), and how
they travel is a protocol's (`protocols`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest

Tensors: TypeAlias = Mapping[str, NDArray[Any]]
"""Named tensors; the first axis of each runs over the rows, of which there is at least one."""


@dataclass(frozen=True)
class TensorSpec:
    """What an input of a model takes.

    Attributes:
        dtype: of its numbers.
        row: shape of one row; None where it is open.
    """

    dtype: np.dtype[Any]
    row: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.dtype} ({', '.join('?' if each is None else str(each) for each in ('n', *self.row))})"


class Model(Protocol):
    """A loaded model."""

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        """The tensors that it takes, by name."""
        ...

    @property
    def row_limit(self) -> int | None:
        """Most rows that a call takes: 1 for a model without an axis for them, None when any number will do."""
        ...

    def predict(self, tensors: Tensors) -> Tensors:
        """Answer every row; blocks, and is never called twice at a time."""
        ...


class ModelRefused(Exception):
    """The files are the published ones, but they cannot be served as the manifest says."""


LoadModel: TypeAlias = Callable[[Path, Manifest], Model]
"""Loads the model in a folder; raises `ModelRefused`."""


def count(tensors: Tensors) -> int:
    """How many rows there are."""
    return len(next(iter(tensors.values())))
