"""The version that a new one would replace, asked again: only answers to the same rows can be compared.

The figures in its manifest are of the data that it was published with, which may have been easier or harder.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from modelstore.manifest import Manifest
from modelstore.store import Store
from service.download import download
from slipway.errors import Refused
from slipway.models.card import Card
from slipway.models.figures import evaluate
from slipway.models.inspection.child import ask
from slipway.models.inspection.messages import Ask
from slipway.models.tables import Table


@dataclass(frozen=True)
class Comparison:
    """How the replaced version fares on the new held-out data.

    Attributes:
        version: of the replaced one.
        figures: None when it cannot be asked.
        reason: why it cannot.
    """

    version: str
    figures: dict[str, float] | None
    reason: str = ""


def compare(store: Store, before: Manifest, card: Card, holdout: Table) -> Comparison:
    """Ask a published version the rows of the held-out data, in a child with the limits that every model has.

    A version that cannot be asked (its features or its output are others, or it fails) is no reason to refuse
    the one that replaces it; then nothing but the card's thresholds judges that.

    Args:
        store: has its files, which are checked against its manifest.
        before: its manifest.
        card: of the model that would replace it.
        holdout: read as that card says.

    Raises:
        StoreError: its files are not what its manifest says, or cannot be read now.
        BadInput: the labels cannot judge such an output.
    """
    if reason := _difference(before, card):
        return Comparison(before.version, None, reason)
    names = [feature.name for feature in card.features]
    columns = [names.index(feature.name) for feature in before.features]
    rows = tuple(tuple(row[column] for column in columns) for row in holdout.rows)
    with TemporaryDirectory(prefix="slipway-") as scratch:
        folder = Path(scratch, "model")
        download(store, before, folder)
        try:
            answers = ask(Ask(folder=folder, manifest=before, rows=rows))
            figures = evaluate(card.output.kind, answers.outputs, holdout.labels, card.decision)
        except Refused as error:
            return Comparison(before.version, None, str(error))
    return Comparison(before.version, figures)


def _difference(before: Manifest, card: Card) -> str | None:
    """Why the rows for the new model mean nothing to the old one; features that only the new one has do no harm."""
    if before.output.name != card.output.name:
        return f"its output is {before.output.name}, not {card.output.name}"
    given = {(feature.name, feature.unit) for feature in card.features}
    for feature in before.features:
        if (feature.name, feature.unit) not in given:
            return f"it takes {feature.name} in {feature.unit!r}, which the card does not have"
    return None
