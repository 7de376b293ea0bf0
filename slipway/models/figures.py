"""Figures of a model on held-out data, and whether they are good enough. Pure functions on plain numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from slipway.errors import BadInput, Refused
from slipway.models.card import Kind, Metric, Threshold

CALIBRATION_BINS: Final = 10

_DIGITS: Final = 6


def evaluate(kind: Kind, outputs: Sequence[float], labels: Sequence[float], decision: float) -> dict[str, float]:
    """Compute all figures for this kind of output, rounded to six digits.

    Raises:
        Refused: an output is not finite, or is no probability although the card says so.
        BadInput: the labels cannot judge such an output.
    """
    for row, output in enumerate(outputs, start=1):
        if not math.isfinite(output):
            raise Refused(f"the model answers {output} to row {row} of the held-out data")
        if kind is Kind.PROBABILITY and not 0 <= output <= 1:
            raise Refused(
                f"the model answers {output:g} to row {row} of the held-out data, which is not a probability; "
                "end the model with a sigmoid, or say `kind: number` in the card"
            )
    figures = _probability(outputs, labels, decision) if kind is Kind.PROBABILITY else _number(outputs, labels)
    return {metric.value: round(value, _DIGITS) for metric, value in figures.items()}


def shortfalls(
    figures: Mapping[str, float], before: Mapping[str, float] | None, thresholds: Mapping[Metric, Threshold]
) -> list[str]:
    """Where the figures miss their threshold, or are worse than `before` by more than the margin.

    Raises:
        BadInput: a threshold is for a figure that this kind of output does not have.
    """
    return [*_missed(figures, before, thresholds)]


def _missed(
    figures: Mapping[str, float], before: Mapping[str, float] | None, thresholds: Mapping[Metric, Threshold]
) -> Iterable[str]:
    for metric, threshold in thresholds.items():
        if metric not in figures:
            raise BadInput(f"thresholds.{metric}: this output has no such figure; there are {', '.join(figures)}")
        value = figures[metric]
        if threshold.at_least is not None and value < threshold.at_least:
            yield f"{metric} is {value:g}, the card wants at least {threshold.at_least:g}"
        if threshold.at_most is not None and value > threshold.at_most:
            yield f"{metric} is {value:g}, the card wants at most {threshold.at_most:g}"
        if before is not None and metric in before:
            loss = before[metric] - value if threshold.at_least is not None else value - before[metric]
            if loss > threshold.margin:
                yield f"{metric} is {value:g}, was {before[metric]:g}, and may be worse by {threshold.margin:g}"


def _probability(outputs: Sequence[float], labels: Sequence[float], decision: float) -> dict[Metric, float]:
    if set(labels) != {0.0, 1.0}:
        raise BadInput("the label of a probability must be 0 in some rows and 1 in others, and nothing else")
    count = len(outputs)
    yes = [output >= decision for output in outputs]
    hits = sum(label for said, label in zip(yes, labels, strict=True) if said)
    return {
        Metric.ROC_AUC: _roc_auc(outputs, labels),
        Metric.PRECISION: hits / sum(yes) if any(yes) else 0.0,
        Metric.RECALL: hits / sum(labels),
        Metric.BRIER: math.fsum((o - y) ** 2 for o, y in zip(outputs, labels, strict=True)) / count,
        Metric.CALIBRATION_ERROR: _calibration_error(outputs, labels),
    }


def _roc_auc(outputs: Sequence[float], labels: Sequence[float]) -> float:
    """Chance that a row with label 1 gets a higher output than a row with label 0; ties count half."""
    order = sorted(range(len(outputs)), key=outputs.__getitem__)
    rank_sum = 0.0
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and outputs[order[end + 1]] == outputs[order[start]]:
            end += 1
        mean_rank = (start + end) / 2 + 1
        rank_sum += mean_rank * sum(labels[index] for index in order[start : end + 1])
        start = end + 1
    positives = sum(labels)
    return (rank_sum - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def _calibration_error(outputs: Sequence[float], labels: Sequence[float]) -> float:
    """Expected calibration error: |mean output - share of ones|, averaged over bins of equal width."""
    bins: list[list[tuple[float, float]]] = [[] for _ in range(CALIBRATION_BINS)]
    for output, label in zip(outputs, labels, strict=True):
        bins[min(int(output * CALIBRATION_BINS), CALIBRATION_BINS - 1)].append((output, label))
    return math.fsum(abs(math.fsum(o - y for o, y in rows)) for rows in bins) / len(outputs)


def _number(outputs: Sequence[float], labels: Sequence[float]) -> dict[Metric, float]:
    errors = [output - label for output, label in zip(outputs, labels, strict=True)]
    mean = math.fsum(labels) / len(labels)
    spread = math.fsum((label - mean) ** 2 for label in labels)
    squares = math.fsum(error**2 for error in errors)
    if spread == 0:
        raise BadInput("the label is the same in all rows of the held-out data, so it can judge nothing")
    return {
        Metric.MAE: math.fsum(map(abs, errors)) / len(errors),
        Metric.RMSE: math.sqrt(squares / len(errors)),
        Metric.R2: 1 - squares / spread,
    }
