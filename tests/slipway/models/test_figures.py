from typing import Any

import numpy as np
import pytest

from slipway.errors import BadInput, Refused
from slipway.models.card import Kind, Metric, Threshold
from slipway.models.figures import evaluate, shortfalls


@pytest.fixture
def metrics() -> Any:
    """What scikit-learn says."""
    from sklearn import metrics

    return metrics


@pytest.mark.parametrize("decimals", [8, 2, 1])  # the coarser, the more ties
def test_probabilities_are_judged_as_scikit_learn_does(decimals: int, metrics: Any) -> None:
    rng = np.random.default_rng(decimals)
    truth = rng.uniform(size=500)
    labels = (rng.uniform(size=500) < truth).astype(float)
    outputs = np.clip(truth + rng.normal(0, 0.2, 500), 0, 1).round(decimals)
    found = evaluate(Kind.PROBABILITY, outputs.tolist(), labels.tolist(), 0.6)
    assert found == pytest.approx(
        {
            "roc_auc": metrics.roc_auc_score(labels, outputs),
            "precision": metrics.precision_score(labels, outputs >= 0.6),
            "recall": metrics.recall_score(labels, outputs >= 0.6),
            "brier": metrics.brier_score_loss(labels, outputs),
            "calibration_error": found["calibration_error"],
        },
        abs=1e-6,
    )


def test_numbers_are_judged_as_scikit_learn_does(metrics: Any) -> None:
    rng = np.random.default_rng(0)
    labels = rng.normal(50, 9, 300)
    outputs = labels + rng.normal(0, 2, 300)
    assert evaluate(Kind.NUMBER, outputs.tolist(), labels.tolist(), 0.5) == pytest.approx(
        {
            "mae": metrics.mean_absolute_error(labels, outputs),
            "rmse": metrics.root_mean_squared_error(labels, outputs),
            "r2": metrics.r2_score(labels, outputs),
        },
        abs=1e-6,
    )


def test_calibration_compares_what_was_said_with_what_happened() -> None:
    said = [0.25] * 4 + [0.75] * 4 + [1.0] * 2
    happened = [1, 0, 0, 0, 1, 1, 0, 0, 1, 0]
    # 0.25 came true in a quarter, 0.75 in a half, 1.0 in a half.
    expected = (4 * 0.0 + 4 * 0.25 + 2 * 0.5) / 10
    assert evaluate(Kind.PROBABILITY, said, happened, 0.5)["calibration_error"] == pytest.approx(expected)


def test_never_saying_yes_has_no_precision() -> None:
    assert evaluate(Kind.PROBABILITY, [0.1, 0.2], [0, 1], 0.5)["precision"] == 0


@pytest.mark.parametrize("output", [float("nan"), float("inf")])
@pytest.mark.parametrize("kind", Kind)
def test_an_answer_must_be_finite(kind: Kind, output: float) -> None:
    with pytest.raises(Refused, match="to row 2 of the held-out data"):
        evaluate(kind, [0.5, output], [0, 1], 0.5)


@pytest.mark.parametrize("output", [-0.001, 1.001])
def test_a_probability_must_be_one(output: float) -> None:
    with pytest.raises(Refused, match="not a probability; end the model with a sigmoid, or say `kind: number`"):
        evaluate(Kind.PROBABILITY, [output, 0.5], [0, 1], 0.5)
    evaluate(Kind.NUMBER, [output, 0.5], [0, 1], 0.5)


@pytest.mark.parametrize("labels", [[0, 0], [1, 1], [0, 2], [0.5, 1]])
def test_labels_of_a_probability_are_yes_and_no(labels: list[float]) -> None:
    with pytest.raises(BadInput, match="must be 0 in some rows and 1 in others"):
        evaluate(Kind.PROBABILITY, [0.5, 0.5], labels, 0.5)


def test_a_label_that_never_varies_judges_nothing() -> None:
    with pytest.raises(BadInput, match="the same in all rows"):
        evaluate(Kind.NUMBER, [1.0, 2.0], [3, 3], 0.5)


def test_thresholds_are_met_at_their_value() -> None:
    wanted = {Metric.RECALL: Threshold(at_least=0.5, margin=0), Metric.BRIER: Threshold(at_most=0.1, margin=0)}
    assert shortfalls({"recall": 0.5, "brier": 0.1}, None, wanted) == []
    assert shortfalls({"recall": 0.49, "brier": 0.11}, None, wanted) == [
        "recall is 0.49, the card wants at least 0.5",
        "brier is 0.11, the card wants at most 0.1",
    ]


def test_being_worse_than_before_is_allowed_up_to_the_margin() -> None:
    wanted = {
        Metric.RECALL: Threshold(at_least=0.1, margin=0.125),
        Metric.BRIER: Threshold(at_most=0.9, margin=0.125),
    }
    before = {"recall": 0.75, "brier": 0.25}
    assert shortfalls({"recall": 0.625, "brier": 0.375}, before, wanted) == []
    assert shortfalls({"recall": 0.9, "brier": 0.1}, before, wanted) == []
    assert shortfalls({"recall": 0.62, "brier": 0.38}, before, wanted) == [
        "recall is 0.62, was 0.75, and may be worse by 0.125",
        "brier is 0.38, was 0.25, and may be worse by 0.125",
    ]


def test_a_threshold_on_a_figure_of_another_kind_is_named() -> None:
    with pytest.raises(BadInput, match=r"thresholds\.mae: this output has no such figure; there are recall"):
        shortfalls({"recall": 0.5}, None, {Metric.MAE: Threshold(at_most=1, margin=0)})
