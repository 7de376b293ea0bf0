from pathlib import Path

import pytest

from slipway.errors import BadInput
from slipway.models.card import Kind, read_card
from tests.slipway.models.conftest import CARD


def card(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "card.yaml"
    path.write_text(text)
    return path


def test_a_card_is_read(tmp_path: Path) -> None:
    read = read_card(card(tmp_path, CARD))
    assert (read.name, read.output.kind, [feature.name for feature in read.features]) == (
        "tiny_model",
        Kind.PROBABILITY,
        ["x1", "x2"],
    )


def test_the_cards_in_this_repository_are_valid() -> None:
    cards = list((Path(__file__).parents[3] / "examples").glob("*/card.yaml"))
    assert len(cards) == 2
    for card in cards:
        read_card(card)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label: y\n", "", r"label: Field required"),
        ("label: y\n", "labels: y\n", r"label: Field required"),
        ("label: y", "label: x1", r"label 'x1' is also a feature"),
        ('unit: "1"', 'unit: "1", units: "1"', r"features\.0\.units: Extra inputs are not permitted"),
        ("maximum: 10", "maximum: -11", r"features\.0: x1: minimum -10\.0 is not below maximum -11\.0"),
        ("maximum: 10", "maximum: high", r"features\.0\.maximum: .*given: 'high'"),
        ("minimum: -10", "type: integer, minimum: 0.5", r"features\.0: x1: minimum 0\.5 of an integer is no whole"),
        ("tiny_model", "Tiny-Model", r"name: 'Tiny-Model' is not a model name, like"),
        ("at_least: 0.8, ", "", r"thresholds\.roc_auc: give exactly one of at_least and at_most"),
        ("roc_auc", "accuracy", r"thresholds\.accuracy.*: Input should be 'roc_auc'"),
        ("margin: 0.02", "margin: -1", r"thresholds\.roc_auc\.margin: .*greater than or equal to 0"),
        ("name: x2", "name: x1", r"the whole card: feature names repeat: x1, x1"),
        ("name: p,", "name: risk_level,", r"output\.name: 'risk_level' is the name of a field that bands add"),
        ("name: p,", "name: P,", r"output\.name: String should match pattern"),
        ("below: 0.5", "below: null", r"bands: bands must ascend and only the last is open"),
        ("risk_level: LOW", 'risk_level: ""', r"bands\.0\.risk_level: String should have at least 1 character"),
        ("risk_level: LOW, ", "", r"bands\.0\.risk_level: Field required"),
        ("kind: probability", "kind: share", r"output\.kind: Input should be 'probability' or 'number'"),
        ("label: y", "label: y\ngolden: none", r"golden: Input should be 'held_out' or 'synthetic'"),
        (CARD, "[1, 2", "not a YAML file: while parsing"),
        (CARD, "", "the whole card: Input should be"),
    ],
)
def test_a_mistake_is_named_in_one_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_card(card(tmp_path, CARD.replace(old, new, 1)))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/card.yaml: ")


def test_an_absent_card_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such model card; give one with --card"):
        read_card(tmp_path / "card.yaml")
