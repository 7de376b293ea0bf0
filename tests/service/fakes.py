"""A model without TensorFlow, its manifest, and a store that has it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry

from modelstore.manifest import Manifest, digest
from service.lifecycle import Lifecycle
from service.metrics import Metrics
from service.model import LoadModel, Model, Tensors, TensorSpec
from service.settings import Settings
from service.tabular import Answers, Rows

FILES = {"saved_model.pb": b"graph", "variables/variables.index": b"index"}

READING: dict[str, float] = {"temperature": 85.0, "vibration": 2.5, "pressure": 101.0, "rpm": 3000}

_FEATURES = {
    "temperature": ("float", "°C", -40.0, 200.0),
    "vibration": ("float", "mm/s", 0.0, 50.0),
    "pressure": ("float", "kPa", 0.0, 500.0),
    "rpm": ("integer", "1/min", 0.0, 10000.0),
}

BANDS = [
    {"below": 0.3, "risk_level": "LOW", "recommended_action": "Continue normal operation"},
    {"below": 0.7, "risk_level": "MEDIUM", "recommended_action": "Schedule inspection within 48 hours"},
    {"below": None, "risk_level": "HIGH", "recommended_action": "Immediate maintenance required"},
]


def hundredth_of_temperature(rows: Rows) -> Answers:
    """The answer of the fake model, so that a test can ask for any probability."""
    return rows[:, 0] / 100


INPUT = "readings"
OUTPUT = "probability"


@dataclass
class FakeModel:
    """Answers with a function of its rows, after some seconds; `calls` has the number of rows of each call."""

    answer: Callable[[Rows], Answers] = hundredth_of_temperature
    seconds: float = 0.0
    row_limit: int | None = None
    calls: list[int] = field(default_factory=list[int])

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        return {INPUT: TensorSpec(np.dtype(np.float64), (len(_FEATURES),))}

    def predict(self, tensors: Tensors) -> Tensors:
        self.calls.append(len(tensors[INPUT]))
        time.sleep(self.seconds)
        return {OUTPUT: self.answer(tensors[INPUT])}


def metrics(lifecycle: Lifecycle | None = None) -> Metrics:
    """Metrics in a registry of their own."""
    watched = lifecycle or Lifecycle()
    return Metrics(CollectorRegistry(), lambda: watched.phase, version="1.2.0", release="7")


LABELS = {"model_version": "1.2.0", "release": "7"}
"""Of every series."""


def loads(model: Model) -> LoadModel:
    """A loader that looks at nothing."""

    def load(folder: Path, manifest: Manifest) -> Model:
        return model

    return load


load_fake = loads(FakeModel())


def manifest(**changes: Any) -> Manifest:
    """The manifest of the fake model, as JSON would have it, with some keys changed."""
    files = [{"path": path, "sha256": digest(content), "size": len(content)} for path, content in FILES.items()]
    features = [
        {"name": name, "type": kind, "unit": unit, "description": name.title(), "minimum": low, "maximum": high}
        | {"quantiles": [low, high]}
        for name, (kind, unit, low, high) in _FEATURES.items()
    ]
    document: dict[str, Any] = {
        "name": "maintenance_predictor",
        "version": "1.2.0",
        "description": "Predicts failures.",
        "files": files,
        "features": features,
        "output": {"name": "failure_probability", "meaning": "of a failure", "tensor": "probability"},
        "bands": BANDS,
        "evaluation": {"rows": 10, "metrics": {"roc_auc": 0.9}},
        "golden": {"inputs": [READING], "outputs": [0.85], "tolerance": 1e-6},
        "training_data": {"sha256": digest(b"rows"), "rows": 100},
        "fingerprints": {"weights": digest(b"weights"), "architecture": digest(b"architecture")},
    }
    return Manifest.model_validate(document | changes)


def publish(root: Path, published: Manifest, files: dict[str, bytes] = FILES) -> str:
    """Put a version into a store; returns the manifest's digest."""
    folder = root / published.name / published.version
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    content = published.to_bytes()
    (folder / "manifest.json").write_bytes(content)
    return digest(content)


def settings(
    folder: Path, published: Manifest | None = None, files: dict[str, bytes] = FILES, **changes: Any
) -> Settings:
    """Settings for a version, published in a store below `folder`."""
    published = published or manifest()
    values: dict[str, Any] = {
        "model_name": published.name,
        "model_version": published.version,
        "model_manifest": publish(folder / "store", published, files),
        "model_store": f"file://{folder / 'store'}",
        "model_cache": folder / "cache",
        "release": "7",
        "monitoring_port": 0,
    }
    return Settings(**(values | changes))


def environment(values: Settings) -> dict[str, str]:
    """The environment variables that give these settings."""
    found = values.model_dump(exclude_none=True, exclude={"synthetic_token"})
    if values.synthetic_token:
        found["synthetic_token"] = values.synthetic_token.get_secret_value()
    return {key.upper(): str(value) for key, value in found.items()}


def rows(*readings: list[float]) -> Rows:
    """Readings as an array."""
    return np.array(readings, dtype=np.float64)
