"""What the model store holds, read as a pod reads it."""

from collections.abc import Mapping
from typing import Any

from modelstore.manifest import Manifest
from modelstore.store import Store

LONGEST = 2**20  # bytes of a manifest


def stored_manifest(model_store: Mapping[str, Any], name: str, version: str) -> Manifest:
    """The manifest of a published version.

    Args:
        model_store: the platform's output `modelStore`.
        name: the model's name.
        version: for instance `1.0.0`.
    """
    environment = {**model_store["environment"], "AWS_REGION": model_store["region"]}
    store = Store.open(model_store["url"], environment=environment)
    return Manifest.from_bytes(store.read(f"{name}/{version}/manifest.json", LONGEST))
