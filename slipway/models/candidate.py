"""A model on its way to becoming a version: taken in, described, judged."""

import math
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from modelstore.manifest import Evaluation, Feature, File, Fingerprints, Golden, Manifest, Output, TrainingData, digest
from slipway.errors import BadInput, Refused
from slipway.models.bundle import Bundle
from slipway.models.card import Card, GoldenInputs, read_card
from slipway.models.comparison import Comparison
from slipway.models.figures import evaluate, shortfalls
from slipway.models.inspection.child import ask, run
from slipway.models.inspection.files import take_in
from slipway.models.inspection.messages import Answers, Ask, Convert
from slipway.models.synthetic import synthetic
from slipway.models.tables import Rows, Table, quantiles, read_table, seen_lines

GOLDEN_ROWS: Final = 16

UNVERSIONED: Final = "0.0.0"
"""Version of a manifest until it is published under another; never published itself."""


@dataclass(frozen=True)
class Judged:
    """A model that is good enough.

    Attributes:
        manifest: complete but for its version.
        notes: what who publishes it should know, each in a line.
    """

    manifest: Manifest
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A model that was taken in, but not yet judged.

    Attributes:
        card: what people say about it.
        holdout: readings to judge it by.
        folder: copies of the files that would be published.
        draft: the manifest as far as it is known without running the model; its evaluation, golden answers and
            fingerprints are placeholders.
    """

    card: Card
    holdout: Table
    folder: Path
    draft: Manifest

    def judge(self, before: Comparison | None) -> Judged:
        """Run the model on the held-out data in a child process, and complete its manifest.

        Args:
            before: how the version that it replaces fares on the same data, if there is one.

        Raises:
            Refused: it is unsafe, cannot be served, or its figures are not good enough.
        """
        _check_request(self.draft)
        drawn = synthetic(self.draft.features) if self.card.golden is GoldenInputs.SYNTHETIC else ()
        held_out = len(self.holdout.rows)
        rows = self.holdout.rows + drawn
        answers = ask(Ask(folder=self.folder, manifest=self.draft, rows=rows))
        if _files(self.folder) != self.draft.files:
            raise Refused("the model changed its own files while it was loaded")
        figures = evaluate(self.card.output.kind, answers.outputs[:held_out], self.holdout.labels, self.card.decision)
        for reading, output in zip(drawn, answers.outputs[held_out:], strict=True):
            if not math.isfinite(output):
                raise Refused(
                    f"the model answers {output} to the synthetic reading {self._named(reading)}, whose values are all "
                    "inside the card's ranges; narrow these, or have the model answer"
                )
        tolerance = self._tolerance(answers)
        if missed := shortfalls(figures, before.figures if before else None, self.card.thresholds):
            raise Refused("; ".join(missed))
        manifest = self.draft.model_copy(
            update={
                "output": self.draft.output.model_copy(update={"tensor": answers.tensor}),
                "evaluation": Evaluation(rows=held_out, sha256=self.holdout.sha256, metrics=figures),
                "golden": self._golden(drawn or rows, answers.outputs[held_out if drawn else 0 :], tolerance),
                "fingerprints": answers.fingerprints,
            }
        )
        return Judged(manifest, tuple(self._notes(manifest, before)))

    def _notes(self, manifest: Manifest, before: Comparison | None) -> Generator[str]:
        if before and before.figures:
            now, was = manifest.evaluation.metrics, before.figures
            pairs = [f"{name} {now[name]:g} (was {was[name]:g})" for name in self.card.thresholds]
            rows = manifest.evaluation.rows
            yield f"compared with {before.version} on the same {rows} rows: {', '.join(pairs)}"
        elif before:
            yield f"not compared with {before.version}: {before.reason}; only the card's thresholds judged it"
        if self.card.golden is GoldenInputs.HELD_OUT:
            yield (
                f"{len(manifest.golden.inputs)} rows of {self.holdout.path.name} can be read by whoever can read the "
                "store or the service's /docs; `golden: synthetic` in the card keeps them out"
            )

    def _tolerance(self, answers: Answers) -> float:
        tolerance = self.card.tolerance or 1e-4 * max(1.0, *map(abs, answers.outputs))
        for row, (together, singly) in enumerate(zip(answers.outputs, answers.singly, strict=False), start=1):
            if not abs(together - singly) <= tolerance:
                raise Refused(
                    f"the model answers {singly:g} to row {row} of the held-out data alone, and {together:g} among "
                    "others; it mixes the rows of a batch, and cannot be served"
                )
        return float(f"{tolerance:.3g}")

    def _golden(self, rows: Rows, outputs: tuple[float, ...], tolerance: float) -> Golden:
        """Readings evenly spaced along the sorted answers, so that all bands are likely to be among them."""
        order = sorted(range(len(outputs)), key=outputs.__getitem__)
        count = min(GOLDEN_ROWS, len(order))
        chosen = sorted({order[step * (len(order) - 1) // max(count - 1, 1)] for step in range(count)})
        return Golden(
            inputs=tuple(self._named(rows[index]) for index in chosen),
            outputs=tuple(float(f"{outputs[index]:.7g}") for index in chosen),  # what a float32 can hold
            tolerance=tolerance,
        )

    def _named(self, reading: tuple[float, ...]) -> dict[str, float]:
        return dict(zip((feature.name for feature in self.card.features), reading, strict=True))


@contextmanager
def take_candidate(bundle: Bundle) -> Generator[Candidate]:
    """Read a bundle and copy its model to a folder that lasts as long as this context.

    Raises:
        BadInput: card or tables cannot be read or do not fit together.
        Refused: the model's files are not those of a model that can be served.
    """
    card = read_card(bundle.card)
    holdout = read_table(bundle.holdout, card.features, card.label)
    training = read_table(bundle.training, card.features, card.label, needs_label=False)
    if holdout.sha256 == training.sha256:
        raise BadInput(f"{bundle.holdout}: it is the training data too; judge the model by data that it never saw")
    if seen := seen_lines(holdout, training):
        raise BadInput(
            f"{bundle.holdout}: {len(seen)} of its rows stand in {bundle.training} too, the first in line {seen[0]}; "
            "judge the model by data that it never saw: take them out of one of both"
        )
    with TemporaryDirectory(prefix="slipway-") as scratch:
        folder = Path(scratch, "model")
        source = bundle.model
        if source.is_file():
            source = Path(scratch, "converted")
            run(Convert(source=bundle.model.resolve(), target=source))
        take_in(source, folder)
        yield Candidate(card, holdout, folder, _draft(card, holdout, training, folder))


def _draft(card: Card, holdout: Table, training: Table, folder: Path) -> Manifest:
    first = dict(zip((feature.name for feature in card.features), holdout.rows[0], strict=True))
    unknown = digest(b"")
    return Manifest(
        name=card.name,
        version=UNVERSIONED,
        description=card.description,
        files=_files(folder),
        features=tuple(
            Feature(**feature.model_dump(), quantiles=quantiles(training.column(index)))
            for index, feature in enumerate(card.features)
        ),
        output=Output(name=card.output.name, meaning=card.output.meaning, tensor=card.output.tensor or ""),
        bands=card.bands,
        evaluation=Evaluation(rows=len(holdout.rows), metrics={}),
        golden=Golden(inputs=(first,), outputs=(0.0,), tolerance=1.0),
        training_data=TrainingData(sha256=training.sha256, rows=len(training.rows)),
        fingerprints=Fingerprints(weights=unknown, architecture=unknown),
    )


def _check_request(manifest: Manifest) -> None:
    """Make the request of the manifest as the service will: one that it cannot make must never be published."""
    from service.schemas import Schema  # needs what the service needs, and looking at versions does not

    try:
        Schema.of(manifest, sys.float_info.max)
    except Exception as error:  # whatever pydantic raises at fields that it can make no schema of
        raise Refused(f"the service can make no request of the card's features: {error}") from error


def _files(folder: Path) -> tuple[File, ...]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(
        File(path=path.relative_to(folder).as_posix(), sha256=digest(content), size=len(content))
        for path, content in ((path, path.read_bytes()) for path in paths)
    )
