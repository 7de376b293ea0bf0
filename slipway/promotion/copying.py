"""Copies what an environment has proven to another one."""

from dataclasses import dataclass

from imagestore.reference import Reference
from modelstore.history import Entry
from slipway.errors import Refused
from slipway.promotion import images, models
from slipway.promotion.environment import Environment
from slipway.promotion.images import Announce
from slipway.promotion.proven import proven


@dataclass(frozen=True)
class Copy:
    """What is in the other environment now.

    Attributes:
        model: its name.
        proven: the release that was copied, as the first environment's ledger has it.
        image: by digest, in the other environment's registry.
        model_copied: what came of the model.
        image_copied: what came of the image.
    """

    model: str
    proven: Entry
    image: str
    model_copied: models.Copied
    image_copied: images.Copied


def planned(source: Environment, target: Environment, model: str, version: str | None) -> tuple[Entry, Reference]:
    """What would be copied, and where its image would be; nothing is.

    Raises:
        Refused: the source's ledger doesn't call it healthy, or the target has no such model.
        StoreError: the ledger can't be read.
    """
    if model not in target.file.models:
        raise Refused(f"{target.file.path} has no model {model!r}: add it there before anything is copied for it")
    found = proven(source.history(model), source.name, model, version)
    try:
        image = Reference.parse(found.image)
    except ValueError as error:
        raise Refused(f"{source.name}'s ledger names an image that can't be copied: {error}") from None
    return found, image.below(source.registry, target.registry)


def copy(source: Environment, target: Environment, model: str, version: str | None, announce: Announce) -> Copy:
    """Copy a model's healthy release, by digest.

    Args:
        source: has proven it.
        target: gets image and model.
        model: its name.
        version: that it has to be; None for what serves there.
        announce: told what is being done.

    Raises:
        Refused: as `planned`; or the target has something else under its version.
        ImageError: a registry can't be asked, or has something else.
        StoreError: a store can't be asked, or has something else.
    """
    found, image = planned(source, target, model, version)
    announce(f"{model} {found.version} to {target.store.url}")
    model_copied = models.copy(source.store, target.store, model, found.version, found.manifest)
    image_copied = images.copy(Reference.parse(found.image), image, announce)
    return Copy(model, found, str(image), model_copied, image_copied)
