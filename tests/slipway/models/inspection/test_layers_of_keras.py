"""Models of ordinary Keras layers, exported as Keras does it, are never refused for what they compute.

Tracing a model takes seconds, so each has many layers, side by side.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slipway.models.inspection.files import take_in
from slipway.models.inspection.graph import check_graph

READINGS = np.random.default_rng(0).normal(size=(50, 6))

ACTIVATIONS = (
    "elu selu gelu swish softplus softsign tanh exponential hard_sigmoid mish leaky_relu relu6 relu sigmoid softmax"
)


def adapted(layer: Any) -> Any:
    layer.adapt(READINGS)
    return layer


def activations(keras: Any, readings: Any) -> list[Any]:
    layers = keras.layers
    rectifiers = (layers.PReLU(), layers.LeakyReLU(), layers.ELU(), layers.ReLU(), layers.Softmax())
    return [
        *(layers.Dense(2, name)(readings) for name in ACTIVATIONS.split()),
        *(each(readings) for each in rectifiers),
    ]


def tables(keras: Any, readings: Any) -> list[Any]:
    layers = keras.layers
    side_by_side = (
        *(adapted(layers.Normalization()), layers.Normalization(mean=0.5, variance=2.0), layers.Rescaling(0.5)),
        *(layers.BatchNormalization(), layers.LayerNormalization(), layers.UnitNormalization()),
        *(layers.Dropout(0.3), layers.GaussianNoise(0.1), layers.AlphaDropout(0.1)),
        layers.EinsumDense("ab,bc->ac", output_shape=4),
    )
    return [
        *(layer(readings) for layer in side_by_side),
        layers.Rescaling(0.5)(adapted(layers.Discretization(num_bins=4))(readings)),
        layers.Flatten()(layers.Embedding(100, 3)(readings)),
    ]


def series(keras: Any, readings: Any) -> list[Any]:
    layers = keras.layers
    steps, pairs = layers.Reshape((6, 1))(readings), layers.Reshape((3, 2))(readings)
    return [
        layers.Flatten()(layers.Conv1D(3, 2, dilation_rate=2)(steps)),
        layers.GlobalAveragePooling1D()(layers.MaxPooling1D(2)(steps)),
        layers.LSTM(4)(pairs),
        layers.Bidirectional(layers.GRU(3))(pairs),
        layers.Flatten()(layers.MultiHeadAttention(2, 3)(pairs, pairs)),
    ]


def arithmetic(keras: Any, readings: Any) -> list[Any]:
    layers = keras.layers
    first, second, third = (layers.Dense(3)(readings) for _ in range(3))
    return [
        layers.Add()([first, second]),
        layers.Multiply()([second, third]),
        layers.Dot(1)([first, third]),
        layers.Maximum()([first, third]),
        keras.ops.clip(readings, 0, 1) * 2 + keras.ops.log1p(readings**2),
    ]


@pytest.mark.parametrize("branches", [activations, tables, series, arithmetic])
def test_a_model_of_ordinary_layers_passes(branches: Callable[[Any, Any], list[Any]], tmp_path: Path) -> None:
    import keras as untyped_keras

    keras: Any = untyped_keras
    readings = keras.Input((6,))
    together = keras.layers.Concatenate()(branches(keras, readings))
    keras.Model(readings, keras.layers.Dense(1)(together)).export(tmp_path / "exported", verbose=False)
    take_in(tmp_path / "exported", tmp_path / "taken")
    assert len(check_graph(tmp_path / "taken", "serving_default").outputs) == 1
