"""What the model store holds, read as a pod reads it."""

from collections.abc import Mapping
from typing import Any

from modelstore.catalog import Entry, fetch_manifest
from modelstore.store import Store


def stored(model_store: Mapping[str, Any], name: str, version: str) -> Entry:
    """A published version.

    Args:
        model_store: the platform's output `modelStore`.
        name: the model's name.
        version: for instance `1.0.0`.
    """
    environment = {**model_store["environment"], "AWS_REGION": model_store["region"]}
    return fetch_manifest(Store.open(model_store["url"], environment=environment), name, version)
