"""The network: 4 inputs, 64 and 32 hidden units, 1 probability, with its normalisation inside.

The only file here that knows TensorFlow. Keras has no types that a strict checker can use, so its objects are
Any and stay in this file.
"""

import os
from pathlib import Path
from typing import Any, Final

import numpy as np

from examples.maintenance_predictor.machine import Floats, Readings

OUTPUT: Final = "failure_probability"

MAX_EPOCHS: Final = 60
PATIENCE: Final = 6
"""Epochs without a better validation loss after which training stops and the best weights are kept."""


def fit(training: Readings, validation: Readings, seed: int) -> Any:
    """Train a network; the same arguments give the same weights on the same machine.

    Returns:
        A `keras.Model` that takes float32 of shape (n, 4) in physical units and gives shape (n, 1).
    """
    keras = _keras()
    keras.utils.set_random_seed(seed)
    normalization = keras.layers.Normalization()
    normalization.adapt(_inputs(training))
    network = keras.Sequential(
        [
            keras.Input((4,)),
            normalization,
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    # Cross-entropy is a proper score: its minimum is the true probability, so the output is calibrated.
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    network.fit(
        _inputs(training),
        training.failure,
        validation_data=(_inputs(validation), validation.failure),
        batch_size=128,
        epochs=MAX_EPOCHS,
        callbacks=[keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)],
        verbose=0,
    )
    return network


def export(network: Any, folder: Path) -> None:
    """Write a SavedModel whose signature `serving_default` answers `failure_probability`.

    Not `network.export()`, which writes the same weights in another order each time: publishing the same
    training twice must give the same bytes.
    """
    import tensorflow

    tf: Any = tensorflow

    def answer(readings: Any) -> dict[str, Any]:
        return {OUTPUT: network(readings, training=False)}

    module = tf.Module()
    module.variables_in_order = [variable.value for variable in network.variables]
    module.answer = tf.function(answer, input_signature=[tf.TensorSpec((None, 4), tf.float32, "readings")])
    tf.saved_model.save(module, str(folder), signatures=module.answer)
    (folder / "fingerprint.pb").unlink()  # carries a random id and nothing that serving needs


def _inputs(readings: Readings) -> Any:
    return readings.features().astype(np.float32)


def _keras() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # at 2 its data pipeline complains about itself
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import keras
    import tensorflow

    tf: Any = tensorflow
    tf.config.experimental.enable_op_determinism()
    return keras


def probabilities(network: Any, readings: Readings) -> Floats:
    """What the network answers to `readings`, shape (n,)."""
    return np.asarray(network(_inputs(readings), training=False), dtype=np.float64).reshape(-1)
