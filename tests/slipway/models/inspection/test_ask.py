"""Models of our own making, asked in this process: the child adds nothing but its limits."""

import math
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slipway.errors import Refused
from slipway.models.inspection import convert as module
from slipway.models.inspection.archive import check_archive
from slipway.models.inspection.ask import ask
from slipway.models.inspection.convert import convert
from slipway.models.inspection.messages import Answers, Ask, Outcome
from tests.slipway.models.conftest import sigmoid
from tests.slipway.models.manifests import DOCUMENT, feature, manifest

ROWS = tuple((float(x1), float(x2)) for x1, x2 in np.random.default_rng(0).normal(size=(50, 2)))


def answers(folder: Path, tensor: str = "") -> Answers:
    return ask(Ask(folder=folder, manifest=manifest(output=DOCUMENT["output"] | {"tensor": tensor}), rows=ROWS))


def ranged(wide: str, minimum: float, maximum: float) -> list[dict[str, Any]]:
    """The features, one of them an integer of that range."""
    ends = {"type": "integer", "minimum": minimum, "maximum": maximum}
    return [feature(name, **(ends if name == wide else {})) for name in ("x1", "x2")]


@pytest.mark.parametrize("name", ["good", "columns", "mixed_columns", "constants"])
def test_a_model_answers_in_the_order_of_its_rows(name: str, zoo: Path) -> None:
    found = answers(zoo / name)
    assert found.outputs == pytest.approx([sigmoid(*row) for row in ROWS], abs=1e-5)
    assert found.singly == pytest.approx(found.outputs[: len(found.singly)], abs=1e-6)
    assert found.tensor == "p"


def test_fingerprints_tell_weights_from_architecture(zoo: Path) -> None:
    names = ("good", "again", "retrained", "deeper", "repeated")
    good, again, retrained, deeper, repeated = (answers(zoo / name).fingerprints for name in names)
    assert again == good, "another name or order of variables is no other model"
    assert retrained.weights != good.weights
    assert retrained.architecture == good.architecture
    assert deeper.architecture != good.architecture
    assert repeated.weights == good.weights
    assert repeated.architecture != good.architecture, "the same operations once more are another architecture"


def test_numbers_in_the_graph_are_weights_too(zoo: Path) -> None:
    constants, others = (answers(zoo / name).fingerprints for name in ("constants", "other_constants"))
    assert constants.weights != others.weights
    assert constants.architecture == others.architecture


def test_what_is_no_number_reaches_who_asked(zoo: Path) -> None:
    told = Outcome.model_validate_json(Outcome(answers=answers(zoo / "nan")).model_dump_json())
    assert told.answers is not None
    assert len(told.answers.outputs) == len(ROWS)
    assert all(map(math.isnan, told.answers.outputs))


def test_of_several_outputs_one_must_be_named(zoo: Path) -> None:
    assert answers(zoo / "two_outputs", tensor="p").tensor == "p"
    with pytest.raises(Refused, match=r"the outputs p, q; name one in output\.tensor of the card"):
        answers(zoo / "two_outputs")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("three_features", r"the model cannot be served: the signature takes .*\(n, 3\)"),
        ("sum", r"the model cannot be served: output 'p' has the shape"),
        ("writes", r"operation WriteFile .* is not allowed"),
    ],
)
def test_what_cannot_be_served_is_refused(name: str, reason: str, zoo: Path) -> None:
    with pytest.raises(Refused, match=reason):
        answers(zoo / name)
    assert not (zoo / "proof").exists()


@pytest.mark.parametrize(
    ("name", "wide", "tensor"),
    [("good", "x1", "readings"), ("good", "x2", "readings"), ("columns", "x1", "x1"), ("mixed_columns", "x2", "x2")],
)
@pytest.mark.parametrize("ends", [(-(2.0**24) - 1, 0), (0, 2.0**24 + 1)])
def test_integers_that_the_model_would_get_rounded_are_refused(
    name: str, wide: str, tensor: str, ends: tuple[float, float], zoo: Path
) -> None:
    features = ranged(wide, *ends)
    reason = rf"{wide} is an integer up to -?16777217, and the model's input '{tensor}' is float32.*; make that input"
    with pytest.raises(Refused, match=reason):
        ask(Ask(folder=zoo / name, manifest=manifest(features=features), rows=ROWS))


@pytest.mark.parametrize(
    ("name", "wide", "ends"),
    [("good", "x1", (-(2.0**24), 2.0**24)), ("mixed_columns", "x1", (0, 2.0**53))],
)
def test_integers_that_the_model_gets_as_they_are_may_be_as_large(
    name: str, wide: str, ends: tuple[float, float], zoo: Path
) -> None:
    assert ask(Ask(folder=zoo / name, manifest=manifest(features=ranged(wide, *ends)), rows=ROWS)).outputs


@pytest.mark.parametrize("name", ["sequential", "functional"])
def test_a_keras_file_becomes_a_model_that_can_be_served(name: str, zoo: Path, tmp_path: Path) -> None:
    convert(zoo / f"{name}.keras", tmp_path / "a")
    assert all(0 < output < 1 for output in answers(tmp_path / "a").outputs)


def test_what_is_loaded_is_what_was_checked(zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(shutil.copy(zoo / "sequential.keras", tmp_path))

    def checked(path: Path) -> None:
        check_archive(path)
        shutil.copy(zoo / "calls_a_function.keras", source)

    monkeypatch.setattr(module, "check_archive", checked)
    convert(source, tmp_path / "a")
    assert all(0 < output < 1 for output in answers(tmp_path / "a").outputs)
    assert not (zoo / "proof").exists()


def test_a_keras_file_that_runs_code_is_never_loaded(zoo: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"class os\.system, which is not allowed"):
        convert(zoo / "calls_a_function.keras", tmp_path / "a")
    assert not (zoo / "proof").exists()


def test_a_keras_file_that_keras_cannot_load_is_refused(zoo: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.keras"
    content = (zoo / "sequential.keras").read_bytes()
    assert content.count(b'"units": 4') == 1
    with zipfile.ZipFile(zoo / "sequential.keras") as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"units": 4', b'"units": 5'))
    with pytest.raises(Refused, match=r"Keras cannot load broken\.keras"):
        convert(broken, tmp_path / "a")
