"""What is needed to publish a model: the model itself, its card, held-out data and training data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from slipway.errors import BadInput


@dataclass(frozen=True)
class Bundle:
    """Where the parts are.

    Attributes:
        model: folder of a SavedModel, or a `.keras` file.
        card: YAML file.
        holdout: CSV file with readings that the training never saw, with the label.
        training: CSV file with the readings that the model was fitted to.
    """

    model: Path
    card: Path
    holdout: Path
    training: Path

    @classmethod
    def find(
        cls,
        path: Path,
        *,
        card: Path | None = None,
        holdout: Path | None = None,
        training: Path | None = None,
    ) -> Self:
        """Find the parts; what isn't named is expected beside the model.

        Args:
            path: a SavedModel, a `.keras` file, or a folder that holds one (`saved_model/` or `*.keras`).
            card: default `card.yaml`.
            holdout: default `holdout.csv`.
            training: default `training.csv`.

        Raises:
            BadInput: there is no model, or more than one.
        """
        model = _model(path)
        beside = model.parent
        return cls(
            model=model,
            card=card or beside / "card.yaml",
            holdout=holdout or beside / "holdout.csv",
            training=training or beside / "training.csv",
        )


def _model(path: Path) -> Path:
    if path.is_file() and path.suffix == ".keras":
        return path
    if (path / "saved_model.pb").is_file():
        return path
    found = [folder.parent for folder in sorted(path.glob("*/saved_model.pb"))] + sorted(path.glob("*.keras"))
    match found:
        case [one]:
            return one
        case []:
            raise BadInput(f"{path}: no model; give the folder of a SavedModel (with saved_model.pb) or a .keras file")
        case _:
            names = ", ".join(model.name for model in found)
            raise BadInput(f"{path}: more than one model ({names}); name the one to take")
