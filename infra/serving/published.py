"""Whether the store has what the stack names, asked while the stack is planned: a mistake here changes nothing.

Without this, a version that was never published shows up as a canary that isn't ready by its deadline. Only the
manifest is looked at; whether the model's files are whole is the pods' to check, before they load any.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import pulumi

from infra.serving.config import NAMESPACE, Model
from infra.serving.foundation import Foundation
from modelstore import catalog
from modelstore.catalog import MANIFEST_LIMIT
from modelstore.manifest import MANIFEST, digest
from modelstore.store import Store
from modelstore.store_errors import ObjectNotFound, StoreError

Look: TypeAlias = Callable[[Mapping[str, Model], str, Mapping[str, str]], None]
"""`look`, or what stands for it where there is no store."""


def confirmed(
    value: pulumi.Output[str], models: Mapping[str, Model], foundation: Foundation, look: Look
) -> pulumi.Output[str]:
    """`value`, for what must not be touched before every model is known to be in the store.

    Args:
        value: what to hand on.
        models: the stack's models by name.
        foundation: where the store is, and how it is reached.
        look: `look` of this module.

    Raises:
        pulumi.RunError: (while the program runs) what `look` raises.
    """

    def handed_on(known: Sequence[str], environment: Mapping[str, str]) -> str:
        content, url, region = known
        look(models, url, {**environment, "AWS_REGION": region})
        return content

    # As long as the platform's outputs are unknown, so is this, and there is no store to ask.
    store = pulumi.Output.all(value, foundation.store_url, foundation.store_region)
    return pulumi.Output.all(store, foundation.store_environment).apply(lambda both: handed_on(*both))


def look(models: Mapping[str, Model], url: str, environment: Mapping[str, str]) -> None:
    """Look for the manifest of every model.

    Args:
        models: the stack's models by name.
        url: of the store, like `s3://slipway-models/models`.
        environment: the variables that its client needs, beside this process's own.

    Raises:
        pulumi.RunError: a model is absent or another one than the stack says, in a line for each; or the store can't
            be asked.
    """
    try:
        store = Store.open(url, environment=environment)
        wrong = [line for name, model in models.items() if (line := _wrong(store, name, model))]
    except StoreError as error:
        raise pulumi.RunError(
            f"{NAMESPACE}:models can't be looked up, {error}: let this machine reach the platform's store and try again"
        ) from None
    if wrong:
        raise pulumi.RunError("\n".join(wrong))


def _wrong(store: Store, name: str, model: Model) -> str | None:
    key = f"{NAMESPACE}:models.{name}"
    try:
        stored = digest(store.read(f"{name}/{model.version}/{MANIFEST}", MANIFEST_LIMIT))
    except ObjectNotFound:
        known = ", ".join(_versions(store, name))
        remedy = f"publish it, or name one of {known}" if known else "publish it with `slipway model publish`"
        return f"{key}.version = {model.version!r} is not in {store.url}: {remedy}"
    if stored != model.manifest:
        return f"{key}.manifest = {model.manifest!r} but version {model.version} in the store has {stored}: use that"
    return None


def _versions(store: Store, name: str) -> list[str]:
    try:
        return [str(version) for version in catalog.versions(store, name)]
    except ObjectNotFound:  # not even the bucket is there
        return []
