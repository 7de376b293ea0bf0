"""A model that takes its time: a call costs as much for each of its rows, so that none is worth waiting for.

It takes the readings of the included model, and was never trained. What it answers is nothing that anybody should
know; how long it takes is all that is asked of it.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.journey import bundles
from sandbox.journey.configuration import CHECKOUT
from sandbox.state import State
from sandbox.toolchain import store

NAME: Final = "slow_predictor"

_STEPS, _WIDTH, _LAYERS = 128, 2048, 5
_ROWS: Final = {"training": 600, "holdout": 100}
"""Of the included model's tables: of more, publishing would take minutes."""


def bundle(state: State) -> Path:
    """The folder with all that publishing takes, made once per content of this file."""
    source = bundles.trained(state) / "1.0.0"

    def make(folder: Path) -> None:
        for table, rows in _ROWS.items():
            lines = (source / f"{table}.csv").read_text().splitlines(keepends=True)
            (folder / f"{table}.csv").write_text("".join(lines[: rows + 1]))
        (folder / "card.yaml").write_text(yaml.safe_dump(_card(source / "card.yaml")))
        # In a process of its own: TensorFlow would stay in this one.
        subprocess.run([sys.executable, "-m", "tests.e2e.slow_model", str(folder)], check=True, cwd=CHECKOUT)

    return store.produce(state.root / "tests" / "slow-model", store.key(Path(__file__), source / "card.yaml"), make)


def _card(included: Path) -> dict[str, Any]:
    card = yaml.safe_load(included.read_text())
    return {
        "name": NAME,
        "description": "Nothing that anybody should know, slowly.",
        "label": card["label"],
        "features": card["features"],
        "output": {"name": "answer", "meaning": "none", "kind": "number"},
        "thresholds": {"mae": {"at_most": 1e6, "margin": 1e6}},
    }


def _save(folder: Path) -> None:
    import keras as untyped_keras

    keras: Any = untyped_keras
    keras.utils.set_random_seed(1)
    layers = keras.layers
    dense = [layers.Dense(_WIDTH, activation="relu") for _ in range(_LAYERS)]
    # The same reading many times, so that a call of one row is as much work for each as one of many.
    network = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Rescaling(0.001),
            layers.RepeatVector(_STEPS),
            *dense,
            layers.GlobalAveragePooling1D(),
            layers.Dense(1),
        ]
    )
    network.save(folder / "model.keras")


if __name__ == "__main__":
    _save(Path(sys.argv[1]))
