"""`python -m tests.load.fake_models`: the whole server with a model whose cost is known, without TensorFlow.

All that the load tests know of the service's inside is here.
"""

import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from service import logs, processes, sums
from service.model import Tensors, TensorSpec
from service.settings import Settings
from tests.service.fakes import INPUT, OUTPUT, READING, hundredth_of_temperature, loads

VARIABLE: Final = "FAKE_MODEL"
_BLOCK: Final = bytes(64 * 1024)  # hashing so much releases the interpreter, as TensorFlow does while it computes


@dataclass(frozen=True, kw_only=True)
class Fake:
    """A model that takes the same time for every call.

    Attributes:
        seconds: a call takes; asleep, and other threads run meanwhile.
        batch: readings that one call takes; 1 for a model without a batch axis. More are several calls, so that the
            capacity doesn't depend on what the server does.
        burns: the seconds are processor time.
    """

    seconds: float = 0.0
    batch: int = 1
    burns: bool = False

    def json(self) -> str:
        """As the variable has it."""
        return json.dumps(asdict(self))

    @property
    def capacity(self) -> float:
        """Readings per second."""
        return self.batch / self.seconds

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        return {INPUT: TensorSpec(np.dtype(np.float64), (len(READING),))}

    @property
    def row_limit(self) -> int | None:
        return 1 if self.batch == 1 else None

    def predict(self, tensors: Tensors) -> Tensors:
        for _ in range(math.ceil(len(tensors[INPUT]) / self.batch)):
            self._call()
        return {OUTPUT: hundredth_of_temperature(tensors[INPUT])}

    def _call(self) -> None:
        if not self.burns:
            time.sleep(self.seconds)
            return
        end = time.thread_time() + self.seconds
        while time.thread_time() < end:
            hashlib.sha256(_BLOCK)


if __name__ == "__main__":
    settings = Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment
    logs.configure(settings.log_level)
    sums.ASK_SECONDS = 20  # no kubelet waits for its probe here, and the machine may be busy with other tests
    fake = Fake(**json.loads(os.environ[VARIABLE]))
    os._exit(processes.run(settings, loads(fake), (sys.executable, "-m", "tests.load.fake_models")))
