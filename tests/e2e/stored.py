"""What the model store and the ledger beside it hold, read as a pod reads them."""

from collections.abc import Mapping
from typing import Any

import obstore

from modelstore.catalog import Entry, fetch_manifest
from modelstore.history import History
from modelstore.ledger import Ledger
from modelstore.store import Store


def stored(model_store: Mapping[str, Any], name: str, version: str) -> Entry:
    """A published version.

    Args:
        model_store: the platform's output `modelStore`.
        name: the model's name.
        version: for instance `1.0.0`.
    """
    return fetch_manifest(Store.open(model_store["url"], environment=_environment(model_store)), name, version)


def remembered(model_store: Mapping[str, Any], namespace: str, name: str) -> History:
    """What the ledger says of a model; `model_store` as above."""
    return _ledger(model_store, namespace, name).read()


def forget(model_store: Mapping[str, Any], namespace: str, name: str) -> None:
    """Empty the ledger of a model, as nothing but a test ever does: releases then are what nobody has tried before."""
    store = _ledger(model_store, namespace, name).store
    obstore.delete(store.backend, list(store.sizes(f"{namespace}/{name}")))


def _ledger(model_store: Mapping[str, Any], namespace: str, name: str) -> Ledger:
    return Ledger.of(model_store["url"], namespace, name, environment=_environment(model_store))


def _environment(model_store: Mapping[str, Any]) -> dict[str, str]:
    return {**model_store["environment"], "AWS_REGION": model_store["region"]}
