"""How requests travel: pure functions from a body to named tensors, and from named tensors to an answer.

A protocol is a codec and a path. It knows nothing of HTTP's heads, of batches or of deadlines.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from service.model import Tensors

Values: TypeAlias = tuple[float, ...]
"""What a row's tensors are made of."""


class Codec(Protocol):
    """Reads requests and writes answers."""

    def decode(self, body: bytes) -> Tensors:
        """The tensors that a request asks about.

        Raises:
            InvalidInput: the body is not what the model's manifest asks for.
        """
        ...

    def encode(self, answers: Tensors) -> bytes:
        """The answer, as JSON.

        Raises:
            NoFiniteAnswer: an answer is NaN or infinity.
        """
        ...


class OfRows(Codec, Protocol):
    """Reads requests of one row each, and does for many at once what costs little more than for one.

    What it says to a request is what `decode` and `encode` say to it.
    """

    def values(self, body: bytes) -> Values | None:
        """What a request asks about; None where `decode` has to say what is wrong with it."""
        ...

    def tensors(self, values: Sequence[Values]) -> Tensors:
        """The tensors of several requests, a row for each."""
        ...

    def contents(self, answers: Tensors, rows: int) -> list[bytes | None]:
        """The answers to all rows, as JSON; None for one that is NaN or infinity."""
        ...
