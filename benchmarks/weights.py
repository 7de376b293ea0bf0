"""The included model in three weights: as it is, and beside a tower of layers that takes 5 or 50 ms a call.

What the tower says is added to the answer a billionth at a time, so that all weights answer the same and no optimiser
can leave it out. `python -m benchmarks.weights BUNDLE LAYERS` builds it into a bundle, and tells a call's time.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 1024
MATRICES: Final = 4
"""Of WIDTH x WIDTH, taken by turns: 16 MiB, more than a core's own cache holds."""

LAYERS: Final = {"small": 0, "5 ms": 20, "50 ms": 205}
"""Layers of the tower; a call's time is measured on each machine and told with the figures."""

SHARE: Final = 1e-9
CALLS: Final = 20


def build(bundle: Path, layers: int) -> None:
    """Put the tower beside the bundle's model.

    Args:
        bundle: its `saved_model` is replaced.
        layers: of the tower.
    """
    import tensorflow

    tf: Any = tensorflow
    loaded = tf.saved_model.load(str(bundle / "saved_model"))
    signature = loaded.signatures["serving_default"]
    [(name, spec)] = signature.structured_input_signature[1].items()
    [output] = signature.structured_outputs
    seeded = tf.random.Generator.from_seed(1)
    module = tf.Module()
    module.loaded = loaded
    module.matrices = tf.Variable(seeded.normal((MATRICES, WIDTH, WIDTH), stddev=WIDTH**-0.5))

    def answer(readings: Any) -> dict[str, Any]:
        tower = tf.pad(readings, [[0, 0], [0, WIDTH - readings.shape[1]]])
        for layer in range(layers):
            tower = tf.tanh(tf.matmul(tower, module.matrices[layer % MATRICES]))
        return {output: signature(**{name: readings})[output] + SHARE * tf.reduce_mean(tower, axis=1, keepdims=True)}

    module.answer = tf.function(answer, input_signature=[tf.TensorSpec(spec.shape, spec.dtype, name)])
    tf.saved_model.save(module, str(bundle / "heavier"), signatures=module.answer)
    for path in sorted((bundle / "saved_model").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (bundle / "saved_model").rmdir()
    (bundle / "heavier").rename(bundle / "saved_model")
    (bundle / "saved_model" / "fingerprint.pb").unlink()


def call_milliseconds(model: Path) -> float:
    """Median time of a call with one row: of the processor, which on an idle core is the time that passes."""
    import tensorflow

    tf: Any = tensorflow
    loaded = tf.saved_model.load(str(model))
    signature = loaded.signatures["serving_default"]
    [(name, spec)] = signature.structured_input_signature[1].items()
    rows = tf.ones((1, spec.shape[1]), spec.dtype)
    times: list[float] = []
    for _ in range(CALLS):
        begun = time.process_time()
        signature(**{name: rows})
        times.append(time.process_time() - begun)
    return round(sorted(times)[CALLS // 2] * 1000, 2)


if __name__ == "__main__":
    folder, number = Path(sys.argv[1]), int(sys.argv[2])
    if number:
        build(folder, number)
    print(json.dumps({"call (ms)": call_milliseconds(folder / "saved_model")}))
