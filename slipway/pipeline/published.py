"""The models of a repository: a folder for each, which is judged, and published under the version that is due."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from modelstore.store import Store
from modelstore.vocabulary import Digest, ModelName, ModelVersion
from slipway.errors import BadInput, SlipwayError
from slipway.models import publish as publishing
from slipway.models.bundle import Bundle
from slipway.models.publish import NEXT

CARD: Final = "card.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Version(_Part):
    """A version of a model, as a stack names it."""

    version: ModelVersion
    manifest: Digest


class Published(_Part):
    """What a step of a pipeline has published, for the steps after it."""

    models: dict[ModelName, Version]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `slipway pipeline publish` has kept.

        Raises:
            BadInput: it is something else.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise BadInput(f"{path}: there is no such file; `slipway pipeline publish --out {path}` makes it") from None
        except ValidationError as error:
            raise BadInput(
                f"{path} is not what `slipway pipeline publish` writes: {error.errors()[0]['msg']}"
            ) from None


def bundles(folder: Path) -> Mapping[str, Bundle]:
    """The models in a folder, by the names of theirs; none where there is no folder.

    Raises:
        BadInput: one has no model, or several.
    """
    cards = sorted(folder.glob(f"*/{CARD}"))
    return {card.parent.name: Bundle.find(card.parent) for card in cards}


def validate(folder: Path, store: Store | None, say: Callable[[str], object]) -> None:
    """Judge all models of a folder.

    Args:
        folder: has them.
        store: of the versions that they would replace; None to compare with nothing.
        say: told what is being done, and what came of it.

    Raises:
        SlipwayError: one is not good enough; the others were looked at all the same.
        StoreError: the store can't be read.
    """
    refused: list[SlipwayError] = []
    for name, bundle in bundles(folder).items():
        say(f"$ slipway model validate {folder / name}")
        try:
            given = (store.url, store.environment) if store else (None, None)
            judged = publishing.validate(bundle, given[0], say, given[1])
        except SlipwayError as error:
            say(f"✗ {name}: {error}")
            refused.append(error)
            continue
        say("\n".join([f"✓ {name} is fit to be published", *judged.notes]))
    if refused:
        raise type(refused[0])("; ".join(map(str, refused)))


def publish(folder: Path, store: Store, say: Callable[[str], object]) -> Published:
    """Publish all models of a folder, each under the version that is due; what is published already stays as it is.

    Raises:
        SlipwayError: one is not good enough.
        StoreError: the store can't be read or written.
    """
    found: dict[str, Version] = {}
    for name, bundle in bundles(folder).items():
        say(f"$ slipway model publish {folder / name} --version {NEXT}")
        done = publishing.publish(bundle, NEXT, store.url, say, store.environment)
        manifest = done.manifest
        how = "published" if done.new else "was published already"
        say(f"✓ {manifest.name} {manifest.version} {how}: {done.digest}")
        found[manifest.name] = Version(version=manifest.version, manifest=done.digest)
    return Published(models=found)
