"""Whether images and models are signed with the stack's keys, asked while the stack is planned.

A model's signature is checked again by each pod, before it loads anything of it. An image's is not: the cluster takes
it by its digest, which is what was signed, and one that this stack builds is signed when it is there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import pulumi

from imagestore import signature as images
from imagestore.errors import ImageError
from imagestore.reference import Reference
from infra.serving.config import NAMESPACE, ServingConfig
from infra.shared.platform_outputs import ModelStore
from modelstore import catalog, signature
from modelstore.keys import PublicKey
from modelstore.store import Store
from modelstore.store_errors import StoreError

Look: TypeAlias = Callable[[ServingConfig, str, Mapping[str, str]], None]
"""`look`, or what stands for it where there are no registry and no store."""


def confirmed(
    value: pulumi.Output[str], config: ServingConfig, model_store: pulumi.Output[ModelStore], look: Look
) -> pulumi.Output[str]:
    """`value`, for what must not be touched before every signature is known to be right.

    Args:
        value: what to hand on.
        config: the stack's configuration.
        model_store: where the store is, and how it is reached.
        look: `look` of this module.

    Raises:
        pulumi.RunError: (while the program runs) what `look` raises.
    """
    if config.signatures.images is None and config.signatures.models is None:
        return value

    def handed_on(content: str, store: ModelStore) -> str:
        look(config, store.url, {**store.environment, "AWS_REGION": store.region})
        return content

    return pulumi.Output.all(value, model_store).apply(lambda both: handed_on(*both))


def look(config: ServingConfig, url: str, environment: Mapping[str, str]) -> None:
    """Check the signatures of all that the stack names.

    Args:
        config: the stack's configuration.
        url: of the store.
        environment: the variables that its client needs, beside this process's own.

    Raises:
        pulumi.RunError: one is missing, or is of something else, in a line for each; or registry or store can't be
            asked.
    """
    wrong = [*_images(config), *_models(config, url, environment)]
    if wrong:
        raise pulumi.RunError("\n".join(wrong))


def _images(config: ServingConfig) -> Iterator[str]:
    if config.signatures.images is None:
        return
    key = PublicKey.of(config.signatures.images)
    # The stack's own is in use even where every model has another: the check of releases runs in it.
    given = {f"{NAMESPACE}:image.digest": config.image.digest}
    given |= {f"{NAMESPACE}:models.{name}.image": model.image for name, model in config.models.items()}
    for where, image in given.items():
        if image is None:
            continue
        try:
            images.verify(Reference.parse(image), key)
        except ImageError as error:
            yield f"{where} is refused, {error}"


def _models(config: ServingConfig, url: str, environment: Mapping[str, str]) -> Iterator[str]:
    if config.signatures.models is None:
        return
    key = PublicKey.of(config.signatures.models)
    for name, model in config.models.items():
        try:
            store = Store.open(url, environment=environment)
            entry = catalog.fetch_manifest(store, name, model.version, model.manifest)
            signature.check(entry, signature.fetch(store, entry), key)
        except StoreError as error:
            yield f"{NAMESPACE}:models.{name} is refused, {error}"
