"""The live object in the shape of the inputs."""

from sandbox.plugins.kubernetes.prune import pruned, with_left_out


def test_only_declared_keys_and_items_are_left() -> None:
    live = {"a": 1, "b": {"c": 2, "d": 3}, "l": [{"x": 1, "y": 2}, {"x": 3}]}
    assert pruned(live, {"b": {"c": 0}, "l": [{"x": 0}], "absent": 1}) == {"b": {"c": 2}, "l": [{"x": 1}]}


def test_a_value_of_another_kind_stays_as_it_is() -> None:
    assert pruned({"a": {"b": 1}}, {"a": "text"}) == {"a": {"b": 1}}


def test_a_zero_value_that_was_never_kept_stays_declared() -> None:
    declared = {"spec": {"hostNetwork": False, "name": "a"}}
    recorded = {"spec": {"name": "a"}}
    assert with_left_out({"spec": {"name": "a"}}, declared, recorded) == declared


def test_a_zero_value_that_was_kept_and_is_gone_is_drift() -> None:
    declared = {"spec": {"replicas": 0}}
    assert with_left_out({"spec": {}}, declared, {"spec": {"replicas": 0}}) == {"spec": {}}


def test_any_other_value_that_is_gone_is_drift() -> None:
    assert with_left_out({"labels": {}}, {"labels": {"team": "a"}}, {"labels": {}}) == {"labels": {}}


def test_items_are_compared_with_their_own_record() -> None:
    declared = {"env": [{"name": "A", "value": ""}, {"name": "B", "value": ""}]}
    live = {"env": [{"name": "A"}, {"name": "B"}]}
    before = {"env": [{"name": "A"}, {"name": "B", "value": ""}]}
    assert with_left_out(live, declared, before) == {"env": [{"name": "A", "value": ""}, {"name": "B"}]}
