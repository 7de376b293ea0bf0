"""Models of ordinary Keras layers, exported as Keras does it, are never refused for what they compute."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras as untyped_keras
import numpy as np
import pytest

from slipway.inspection.files import take_in
from slipway.inspection.graph import check_graph

keras: Any = untyped_keras
layers: Any = keras.layers

READINGS = np.random.default_rng(0).normal(size=(50, 6))


def stack(*hidden: Any) -> Any:
    return keras.Sequential([keras.Input((6,)), *hidden, layers.Dense(1, "sigmoid")])


def adapted(layer: Any) -> Any:
    layer.adapt(READINGS)
    return layer


def attention() -> Any:
    readings = keras.Input((6,))
    series = layers.Reshape((3, 2))(readings)
    return keras.Model(readings, layers.Dense(1)(layers.Flatten()(layers.MultiHeadAttention(2, 3)(series, series))))


def branches() -> Any:
    readings = keras.Input((6,))
    first, second, third = (layers.Dense(3)(readings) for _ in range(3))
    merged = [layers.Add()([first, second]), layers.Multiply()([second, third]), layers.Dot(1)([first, third])]
    return keras.Model(readings, layers.Dense(1)(layers.Concatenate()([*merged, layers.Maximum()([first, third])])))


def arithmetic() -> Any:
    readings = keras.Input((6,))
    return keras.Model(readings, layers.Dense(1)(keras.ops.clip(readings, 0, 1) * 2 + keras.ops.log1p(readings**2)))


BUILDERS: dict[str, Callable[[], Any]] = {
    "activations": lambda: stack(
        *(layers.Dense(4, name) for name in ("elu", "selu", "gelu", "swish", "softplus", "softsign", "tanh")),
        *(layers.Dense(4, name) for name in ("exponential", "hard_sigmoid", "mish", "leaky_relu", "relu6")),
    ),
    "activation layers": lambda: stack(layers.PReLU(), layers.LeakyReLU(), layers.ELU(), layers.Softmax()),
    "normalisation": lambda: stack(adapted(layers.Normalization()), layers.BatchNormalization()),
    "more normalisation": lambda: stack(layers.LayerNormalization(), layers.UnitNormalization()),
    "regularisation": lambda: stack(layers.Dropout(0.3), layers.GaussianNoise(0.1), layers.AlphaDropout(0.1)),
    "discretisation": lambda: stack(adapted(layers.Discretization(num_bins=4)), layers.Rescaling(0.5)),
    "embedding": lambda: stack(layers.Embedding(100, 3), layers.Flatten()),
    "convolution": lambda: stack(layers.Reshape((6, 1)), layers.Conv1D(3, 2, dilation_rate=2), layers.Flatten()),
    "pooling": lambda: stack(layers.Reshape((6, 1)), layers.MaxPooling1D(2), layers.GlobalAveragePooling1D()),
    "lstm": lambda: stack(layers.Reshape((3, 2)), layers.LSTM(4)),
    "gru in both directions": lambda: stack(layers.Reshape((3, 2)), layers.Bidirectional(layers.GRU(3))),
    "einsum": lambda: stack(layers.EinsumDense("ab,bc->ac", output_shape=4)),
    "attention": attention,
    "branches": branches,
    "arithmetic": arithmetic,
}


@pytest.mark.parametrize("name", BUILDERS)
def test_a_model_of_ordinary_layers_passes(name: str, tmp_path: Path) -> None:
    BUILDERS[name]().export(tmp_path / "exported", verbose=False)
    take_in(tmp_path / "exported", tmp_path / "taken")
    assert len(check_graph(tmp_path / "taken", "serving_default").outputs) == 1
