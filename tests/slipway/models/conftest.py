"""Small models from `zoo.py`, and bundles around them."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelstore.manifest import Fingerprints, digest
from slipway.models.bundle import Bundle
from slipway.models.inspection import child
from slipway.models.inspection.messages import Answers, Ask
from tests.once import once

CARD = """\
name: tiny_model
description: sigmoid of 3 x1 - x2
label: y
features:
  - {name: x1, unit: "1", minimum: -10, maximum: 10, description: the first}
  - {name: x2, unit: "1", minimum: -10, maximum: 10, description: the second}
output: {name: p, meaning: probability of y, kind: probability}
bands:
  - {below: 0.5, risk_level: LOW, recommended_action: wait}
  - {below: null, risk_level: HIGH, recommended_action: act}
thresholds:
  roc_auc: {at_least: 0.8, margin: 0.02}
  brier: {at_most: 0.2, margin: 0.02}
"""

MakeBundle = Callable[..., Bundle]


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all models of `zoo.py`."""

    def make(folder: Path) -> None:
        script = Path(__file__).with_name("zoo.py")
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        subprocess.run([sys.executable, script, folder], check=True, env=environment)

    return once(tmp_path_factory, "zoo", make)


def sigmoid(x1: float, x2: float) -> float:
    """What the good models answer."""
    return 1 / (1 + math.exp(x2 - 3 * x1))


def write_table(path: Path, seed: int, rows: int = 300, scale: float = 1.0) -> Path:
    """Readings with a label that is drawn with the probability that the good models answer.

    The larger their scale, the surer the label is, and the better any model's figures.
    """
    rng = np.random.default_rng(seed)
    lines = ["x1,x2,y"]
    for x1, x2 in rng.normal(scale=scale, size=(rows, 2)).round(3).clip(-10, 10).tolist():
        lines.append(f"{x1},{x2},{int(rng.random() < sigmoid(x1, x2))}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def make_bundle(tmp_path: Path) -> MakeBundle:
    """Makes a bundle around a model; `card` may be changed."""

    def make(model: Path, card: str = CARD) -> Bundle:
        (tmp_path / "card.yaml").write_text(card)
        return Bundle(
            model=model,
            card=tmp_path / "card.yaml",
            holdout=write_table(tmp_path / "holdout.csv", seed=1),
            training=write_table(tmp_path / "training.csv", seed=2),
        )

    return make


WEIGHTS = "variables/variables.data-00000-of-00001"


def fake_model(folder: Path, *, weight: str = "3.0", graph: str = "graph") -> Path:
    """Files that look like a SavedModel; `play_models` gives them life."""
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text(graph)
    (folder / "variables" / "variables.index").write_text("index")
    (folder / WEIGHTS).write_text(weight)
    return folder


@pytest.fixture
def play_models(monkeypatch: pytest.MonkeyPatch) -> list[Ask]:
    """Let fake models answer sigmoid(weight x1 - x2) without a child; returns what they were asked."""
    asked: list[Ask] = []

    def run(task: Ask, limits: object) -> Answers:
        asked.append(task)
        weight = (task.folder / WEIGHTS).read_text()
        outputs = tuple(sigmoid(x1 * float(weight) / 3, x2) for x1, x2, *_ in task.rows)
        graph = digest((task.folder / "saved_model.pb").read_bytes())
        fingerprints = Fingerprints(weights=digest(weight.encode()), architecture=graph)
        return Answers(tensor="p", outputs=outputs, singly=outputs[:16], fingerprints=fingerprints)

    monkeypatch.setattr(child, "run", run)
    return asked
