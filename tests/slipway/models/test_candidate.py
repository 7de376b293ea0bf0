import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_core import SchemaError

from modelstore.manifest import digest
from service.schemas import Schema
from slipway.errors import BadInput, Refused
from slipway.models.candidate import take_candidate
from slipway.models.comparison import Comparison
from slipway.models.inspection import child
from slipway.models.inspection.limits import Limits
from slipway.models.inspection.messages import Answers, Ask
from tests.slipway.models.conftest import CARD, WEIGHTS, MakeBundle, fake_model, sigmoid

pytestmark = pytest.mark.usefixtures("play_models")


def test_a_judged_candidate_has_all_that_a_manifest_needs(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(fake_model(tmp_path / "model"))
    with take_candidate(bundle) as taken:
        judged = taken.judge(None).manifest
    assert [file.path for file in judged.files] == ["saved_model.pb", WEIGHTS, "variables/variables.index"]
    assert judged.files[0].sha256 == digest(b"graph")
    assert (judged.evaluation.rows, judged.training_data.rows) == (300, 300)
    assert judged.evaluation.sha256 == digest(bundle.holdout.read_bytes())
    assert judged.training_data.sha256 == digest(bundle.training.read_bytes())
    assert judged.evaluation.metrics["roc_auc"] > 0.8
    assert judged.output.tensor == "p"
    assert [len(feature.quantiles) for feature in judged.features] == [21, 21]
    assert [band.risk_level for band in judged.bands] == ["LOW", "HIGH"]


def test_golden_answers_span_what_the_model_answers(make_bundle: MakeBundle, tmp_path: Path) -> None:
    with take_candidate(make_bundle(fake_model(tmp_path / "model"))) as taken:
        golden = taken.judge(None).manifest.golden
        lowest, highest = (pick(sigmoid(*row) for row in taken.holdout.rows) for pick in (min, max))
    assert len(golden.inputs) == 16
    assert golden.tolerance == 1e-4
    for reading, output in zip(golden.inputs, golden.outputs, strict=True):
        assert output == pytest.approx(sigmoid(reading["x1"], reading["x2"]), rel=1e-6)
    assert (min(golden.outputs), max(golden.outputs)) == pytest.approx((lowest, highest), rel=1e-6)


def test_rows_that_everybody_can_read_are_told(make_bundle: MakeBundle, tmp_path: Path) -> None:
    with take_candidate(make_bundle(fake_model(tmp_path / "model"))) as taken:
        [note] = taken.judge(None).notes
    assert note.startswith("16 rows of holdout.csv can be read by whoever can read the store or the service's /docs; ")
    assert "`golden: synthetic` in the card keeps them out" in note


def test_synthetic_golden_readings_keep_the_data_out_of_the_manifest(make_bundle: MakeBundle, tmp_path: Path) -> None:
    model = fake_model(tmp_path / "model")
    with take_candidate(make_bundle(model)) as taken:
        plain = taken.judge(None).manifest
    with take_candidate(make_bundle(model, CARD + "golden: synthetic\n")) as taken:
        judged = taken.judge(None)
        rows = set(taken.holdout.rows)
    assert judged.notes == ()
    golden = judged.manifest.golden
    assert not rows & {tuple(reading.values()) for reading in golden.inputs}
    assert len(golden.inputs) == 16
    for reading, output in zip(golden.inputs, golden.outputs, strict=True):
        assert output == pytest.approx(sigmoid(**reading), abs=1e-6)
    assert min(golden.outputs) < 0.1
    assert max(golden.outputs) > 0.9
    assert judged.manifest.evaluation == plain.evaluation


def test_the_model_is_judged_from_a_copy(make_bundle: MakeBundle, tmp_path: Path) -> None:
    model = fake_model(tmp_path / "model")
    with take_candidate(make_bundle(model)) as taken:
        shutil.rmtree(model)
        taken.judge(None)
        folder = taken.folder
    assert not folder.exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("at_least: 0.8", "at_least: 0.99", r"roc_auc is 0\.\d+, the card wants at least 0\.99"),
        ("at_most: 0.2", "at_most: 0.01", r"brier is 0\.\d+, the card wants at most 0\.01"),
    ],
)
def test_missed_thresholds_are_told_with_figures(
    old: str, new: str, reason: str, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    bundle = make_bundle(fake_model(tmp_path / "m"), CARD.replace(old, new))
    with take_candidate(bundle) as taken, pytest.raises(Refused, match=reason):
        taken.judge(None)


def test_being_worse_than_the_replaced_version_is_refused(make_bundle: MakeBundle, tmp_path: Path) -> None:
    before = Comparison("1.0.0", {"roc_auc": 0.999, "brier": 0.1})
    reason = r"roc_auc is 0\.\d+, was 0\.999, and may be worse by 0\.02"
    with take_candidate(make_bundle(fake_model(tmp_path / "m"))) as taken, pytest.raises(Refused, match=reason):
        taken.judge(before)


def test_what_it_was_compared_with_is_told(make_bundle: MakeBundle, tmp_path: Path) -> None:
    with take_candidate(make_bundle(fake_model(tmp_path / "m"))) as taken:
        compared = taken.judge(Comparison("1.0.0", {"roc_auc": 0.8, "brier": 0.2}))
        alone = taken.judge(Comparison("1.0.0", None, "it takes x3"))
    roc_auc = compared.manifest.evaluation.metrics["roc_auc"]
    assert any(
        f"with 1.0.0 on the same 300 rows: roc_auc {roc_auc:g} (was 0.8), brier" in note for note in compared.notes
    )
    assert "not compared with 1.0.0: it takes x3; only the card's thresholds judged it" in alone.notes


def test_what_the_service_can_make_no_request_of_is_refused(
    make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, play_models: list[Ask]
) -> None:
    def fails(*_: object) -> Schema:
        raise SchemaError("no such schema")

    monkeypatch.setattr(Schema, "of", fails)
    with (
        take_candidate(make_bundle(fake_model(tmp_path / "m"))) as taken,
        pytest.raises(Refused, match="no such schema"),
    ):
        taken.judge(None)
    assert not play_models, "it is not even run"


def test_held_out_data_is_not_the_training_data(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(fake_model(tmp_path / "model"))
    shutil.copy(bundle.training, bundle.holdout)
    with pytest.raises(BadInput, match="judge the model by data that it never saw"), take_candidate(bundle):
        pass


def test_rows_that_training_saw_are_refused_with_their_lines(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(fake_model(tmp_path / "model"))
    seen = bundle.training.read_text().splitlines()[7:9]
    bundle.holdout.write_text("\n".join([*bundle.holdout.read_text().splitlines(), *seen]) + "\n")
    reason = r"holdout\.csv: 2 of its rows stand in .*training\.csv too, the first in line 302; .* take them out"
    with pytest.raises(BadInput, match=reason), take_candidate(bundle):
        pass


Change = Callable[[Answers, Ask], Answers]


def test_a_synthetic_reading_without_an_answer_is_told(
    make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = child.run

    def run(task: Ask, limits: Limits | None) -> Answers:
        answers = honest(task, limits)
        assert answers is not None
        return answers.model_copy(update={"outputs": (*answers.outputs[:-1], math.inf)})

    monkeypatch.setattr(child, "run", run)
    bundle = make_bundle(fake_model(tmp_path / "m"), CARD + "golden: synthetic\n")
    reason = r"the model answers inf to the synthetic reading \{'x1': .*\}, whose values are all inside"
    with take_candidate(bundle) as taken, pytest.raises(Refused, match=reason):
        taken.judge(None)


def mixes(answers: Answers, _: Ask) -> Answers:
    return answers.model_copy(update={"singly": tuple(output + 0.001 for output in answers.singly)})


def answers_nan(answers: Answers, _: Ask) -> Answers:
    return answers.model_copy(update={"outputs": (*answers.outputs[:-1], math.nan), "singly": (math.nan,)})


def answers_too_little(answers: Answers, _: Ask) -> Answers:
    return answers.model_copy(update={"outputs": answers.outputs[1:]})


def changes_its_files(answers: Answers, task: Ask) -> Answers:
    (task.folder / "saved_model.pb").write_text("other")
    return answers


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (mixes, "it mixes the rows of a batch, and cannot be served"),
        (answers_nan, "the model answers nan to row 300 of the held-out data"),
        (answers_too_little, "other answers than one per row"),
        (changes_its_files, "the model changed its own files"),
    ],
)
def test_a_process_that_misbehaves_is_refused(
    change: Change, reason: str, make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = child.run

    def run(task: Ask, limits: Limits | None) -> Answers:
        answers = honest(task, limits)
        assert answers is not None
        return change(answers, task)

    monkeypatch.setattr(child, "run", run)
    with take_candidate(make_bundle(fake_model(tmp_path / "m"))) as taken, pytest.raises(Refused, match=reason):
        taken.judge(None)
