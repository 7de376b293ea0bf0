"""What every server of a model has to do before its first answer: import TensorFlow, load the model, ask it once.

`python -m benchmarks.loading MODEL` does that and nothing else.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.errors import BenchmarkError
from benchmarks.servers import ONE_THREAD

WITHIN: Final = 180.0  # seconds

LEAST: Final = ONE_THREAD | {"TF_USE_LEGACY_KERAS": "1"}
"""Without Keras, which takes 2 s to import and which no signature needs; the service leaves it out as well."""


def seconds(model: Path, core: int, environment: Mapping[str, str]) -> float:
    """From a process's begin to its end, which is with the model's answer.

    Args:
        model: a SavedModel.
        core: of the machine, for all of it.
        environment: variables beside those of this process.

    Raises:
        BenchmarkError: the model can't be loaded.
    """
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loading", str(model)],
        env=os.environ | dict(environment),
        cwd=Path(__file__).parents[1],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.sched_setaffinity(process.pid, {core})  # before it has threads, which take it over
        _, told = process.communicate(timeout=WITHIN)
    if process.returncode:
        raise BenchmarkError(f"{model} can't be loaded: {told[-2000:]}")
    return time.monotonic() - begun


def ask(model: Path) -> None:
    """Load it and ask it once."""
    import tensorflow

    tf: Any = tensorflow
    signature = tf.saved_model.load(str(model)).signatures["serving_default"]
    [(name, spec)] = signature.structured_input_signature[1].items()
    signature(**{name: tf.ones((1, spec.shape[1]), spec.dtype)})


if __name__ == "__main__":
    ask(Path(sys.argv[1]))
    os._exit(0)  # with no time for an end in order, which nobody waits for
