"""The service with a fault that shows when it is asked by others; what it asks itself before it is ready is answered.

Tests put this file into an image of its own (derived.py), where it is the program. `FAULT` says which one it is; with
`none` it is the service in another image.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from modelstore.manifest import Manifest
from service import __main__ as service
from service import golden, tensorflow_model
from service.errors import OutOfTime
from service.model import Model, Tensors, TensorSpec
from service.tallies import Tally

FAILS: Final = 0.05
"""Share of the calls."""
LEAK: Final = 16 * 2**20
"""Bytes that a call leaves behind."""
LAST: Final = 30
"""Calls after which the process is gone."""

_calls: Final = count(1)
_left: Final[list[bytes]] = []


def wrong(answers: Tensors) -> Tensors:
    """The opposite."""
    return {name: 1 - value for name, value in answers.items()}


def failing(answers: Tensors) -> Tensors:
    """Now and then none, for a reason that asking again may end: that one is no wrong answer to a golden reading."""
    if random.random() < FAILS:  # noqa: S311 (no secret depends on it)
        raise OutOfTime("a fault on purpose")
    return answers


def slow(answers: Tensors) -> Tensors:
    """Later than need be, by `SECONDS`."""
    time.sleep(float(os.environ["SECONDS"]))
    return answers


def leaking(answers: Tensors) -> Tensors:
    """And something is left behind, which nobody frees."""
    _left.append(b"\1" * LEAK)
    return answers


def dying(answers: Tensors) -> Tensors:
    """Some, and then no more."""
    if next(_calls) > LAST:
        os._exit(1)
    return answers


def right(answers: Tensors) -> Tensors:
    """As the model does."""
    return answers


SPOILT: Final[Mapping[str, Callable[[Tensors], Tensors]]] = {
    "none": right,
    "wrong": wrong,
    "failing": failing,
    "slow": slow,
    "leaking": leaking,
    "dying": dying,
    "unready": right,
    "uncounted": right,
}


class Faulty:
    """A model whose answers are spoilt once it serves.

    Attributes:
        serves: whether it has proved itself.
    """

    def __init__(self, model: Model, spoilt: Callable[[Tensors], Tensors]) -> None:
        self.serves = False
        self._model: Final = model
        self._spoilt: Final = spoilt

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        return self._model.inputs

    @property
    def row_limit(self) -> int | None:
        return self._model.row_limit

    def predict(self, tensors: Tensors) -> Tensors:
        answers = self._model.predict(tensors)
        return self._spoilt(answers) if self.serves else answers


def main(fault: str) -> int:
    """Run the service with a fault; returns the process's exit code."""
    load, check = tensorflow_model.load_saved_model, golden.check

    def loaded(folder: Path, manifest: Manifest) -> Faulty:
        return Faulty(load(folder, manifest), SPOILT[fault])

    def checked(model: Faulty, *rest: Any) -> None:
        check(model, *rest)
        if fault == "unready":
            threading.Event().wait()
        model.serves = True

    def not_counted(_: Tally, *__: str, **___: float) -> None: ...

    with (
        patch.object(tensorflow_model, "load_saved_model", loaded),
        patch.object(golden, "check", checked),
        patch.object(Tally, "add", not_counted if fault == "uncounted" else Tally.add),
    ):
        return service.main()


if __name__ == "__main__":
    code = main(os.environ["FAULT"])
    sys.stderr.flush()
    os._exit(code)  # as the service does
