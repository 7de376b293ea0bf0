"""What parent and child tell each other, as JSON in files of a scratch folder."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from modelstore.manifest import Fingerprints, Manifest
from slipway.models.inspection.limits import Limits


class Message(BaseModel):
    """Frozen and strict: half of them come from a process that ran an untrusted model.

    A model may answer NaN or infinity, which JSON has no word for, so they are written as JavaScript does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Convert(Message):
    """Turn a `.keras` file into a SavedModel."""

    source: Path
    target: Path


class Ask(Message):
    """Check a SavedModel, load it as the service does, and ask it.

    The manifest is a draft: the loader needs its signature, features and output tensor (empty: the only one).
    """

    folder: Path
    manifest: Manifest
    rows: tuple[tuple[float, ...], ...]


class Job(Message):
    """What the child shall do."""

    parent: int
    limits: Limits
    task: Convert | Ask


class Answers(Message):
    """What the model answered, and what was found in it."""

    tensor: str
    outputs: tuple[float, ...]
    singly: tuple[float, ...]
    fingerprints: Fingerprints


class Outcome(Message):
    """How the child fared: a refusal in one line, or answers (none for a conversion)."""

    refused: str | None = None
    answers: Answers | None = None
