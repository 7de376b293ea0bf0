import pytest

from policies import label_selectors
from policies.props import Props

LABELS = {"app": "pump", "tier": "web"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"matchLabels": {}}, True),
        ({"matchLabels": {"app": "pump"}}, True),
        ({"matchLabels": {"app": "pump", "tier": "db"}}, False),
        ({"matchLabels": {"other": "pump"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["pump", "fan"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["fan"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["fan"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["pump"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "other", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "other", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Like"}]}, False),
        ({"matchLabels": {"app": "pump"}, "matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_a_selector_selects_what_it_asks_for(selector: Props, selected: bool) -> None:
    assert label_selectors.selects(selector, LABELS) is selected


def test_only_an_empty_selector_asks_for_nothing() -> None:
    assert label_selectors.everything({})
    assert label_selectors.everything({"matchLabels": {}, "matchExpressions": []})
    assert not label_selectors.everything({"matchLabels": {"app": "pump"}})
    assert not label_selectors.everything({"matchExpressions": [{"key": "app", "operator": "Exists"}]})
