"""How requests travel: pure functions from a body to named tensors, and from named tensors to an answer.

A protocol is a codec and a path. It knows nothing of HTTP's heads, of batches or of deadlines.
"""

from typing import Protocol

from service.model import Tensors


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
