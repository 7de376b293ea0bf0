"""What the model store and the ledger beside it hold, read as a pod reads them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import obstore
from obstore.store import S3Store

from modelstore.catalog import Entry, fetch_manifest
from modelstore.history import History
from modelstore.ledger import Ledger
from modelstore.store import Store

if TYPE_CHECKING:
    from obstore.store import S3Config


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


def bucket_of(store: dict[str, Any]) -> S3Store:
    """The model store, as the platform's output `modelStore` tells of it."""
    environment = store["environment"]
    config: S3Config = {
        "endpoint": environment["AWS_ENDPOINT_URL"],
        "region": store["region"],
        "access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
    return S3Store.from_url(store["url"], config=config, client_options={"allow_http": True})


def keys(bucket: S3Store, prefix: str = "") -> list[str]:
    """Everything below a prefix."""
    # obstore's list is generic over what its pages hold, and its stubs leave that open.
    found = cast("list[dict[str, str]]", obstore.list(bucket, prefix).collect())  # pyright: ignore[reportUnknownMemberType]
    return [one["path"] for one in found]


def _ledger(model_store: Mapping[str, Any], namespace: str, name: str) -> Ledger:
    return Ledger.of(model_store["url"], namespace, name, environment=_environment(model_store))


def _environment(model_store: Mapping[str, Any]) -> dict[str, str]:
    return {**model_store["environment"], "AWS_REGION": model_store["region"]}
