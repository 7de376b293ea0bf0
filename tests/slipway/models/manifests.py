"""A manifest to start from."""

from typing import Any

from modelstore.manifest import Manifest, digest

DOCUMENT: dict[str, Any] = {
    "name": "tiny_model",
    "version": "1.0.0",
    "description": "a model",
    "files": [{"path": "saved_model.pb", "sha256": digest(b"graph"), "size": 5}],
    "features": [
        {"name": name, "unit": "1", "description": "", "minimum": -10, "maximum": 10, "quantiles": [0, 1]}
        for name in ("x1", "x2")
    ],
    "output": {"name": "p", "meaning": "probability of y", "tensor": "p"},
    "evaluation": {"rows": 10, "metrics": {"roc_auc": 0.9}},
    "golden": {"inputs": [{"x1": 1, "x2": 2}], "outputs": [0.5], "tolerance": 1e-4},
    "training_data": {"sha256": digest(b"rows"), "rows": 10},
    "fingerprints": {"weights": digest(b"weights"), "architecture": digest(b"architecture")},
}


def manifest(**changes: Any) -> Manifest:
    """The manifest with some keys changed."""
    return Manifest.model_validate(DOCUMENT | changes)


def feature(name: str, **changes: Any) -> dict[str, Any]:
    """A feature of it with some keys changed."""
    [found] = [each for each in DOCUMENT["features"] if each["name"] == name]
    return found | changes
