"""What an update would change."""

from typing import Any

from sandbox.plugins.kubernetes.diff import Change, deletes_first, difference
from sandbox.plugins.kubernetes.objects import GroupVersionKind
from sandbox.plugins.kubernetes.replacement import rules
from sandbox.plugins.wire import Unknown

Object = dict[str, Any]
DEPLOYMENT = rules(GroupVersionKind("apps", "v1", "Deployment"), mutable=frozenset())


def changes(live: Object, declared: Object, wanted: Object, *ignored: str) -> dict[str, str]:
    return dict(difference(live, declared, wanted, DEPLOYMENT, ignored).changes)


def test_what_controllers_add_is_no_change() -> None:
    declared = {"spec": {"containers": [{"name": "a"}]}}
    live: Object = {
        "spec": {"containers": [{"name": "a", "resources": {}}, {"name": "injected"}], "dnsPolicy": "Default"}
    }
    assert changes(live, declared, declared) == {}


def test_a_changed_value_is_an_update_of_its_path() -> None:
    old, new = ({"spec": {"env": [{"name": "V", "value": value}]}} for value in "12")
    assert changes(old, old, new) == {"spec.env[0].value": Change.UPDATE}


def test_a_drift_in_a_declared_field_is_a_change() -> None:
    declared = {"metadata": {"labels": {"team": "a"}}}
    assert changes({"metadata": {"labels": {"team": "z"}}}, declared, declared) == {"metadata.labels.team": "UPDATE"}


def test_added_and_removed_items_are_told_by_index() -> None:
    one, two = {"verbs": ["get"]}, {"verbs": ["get", "list"]}
    assert changes(one, one, two) == {"verbs[1]": Change.ADD}
    assert changes(two, two, one) == {"verbs[1]": Change.DELETE}


def test_a_removed_field_is_deleted_only_if_it_was_declared() -> None:
    live = {"spec": {"a": 1, "b": 2}}
    assert changes(live, {"spec": {"a": 1}}, {"spec": {}}) == {"spec.a": Change.DELETE}


def test_a_changed_selector_replaces_and_its_template_alone_does_not() -> None:
    old, new = ({"spec": {"selector": {"matchLabels": {"app": a}}, "template": {"app": a}}} for a in ("web", "web2"))
    assert changes(old, old, new) == {
        "spec.selector.matchLabels.app": Change.UPDATE_REPLACE,
        "spec.template.app": Change.UPDATE,
    }


def test_a_whole_part_that_is_new_replaces_if_a_rule_leads_into_it() -> None:
    assert changes({}, {}, {"spec": {"selector": {}}}) == {"spec": Change.ADD_REPLACE}
    assert changes({}, {}, {"spec": {"replicas": 1}}) == {"spec": Change.ADD}


def test_a_changed_name_replaces_any_kind() -> None:
    old, new = ({"metadata": {"name": name}} for name in "ab")
    assert changes(old, old, new) == {"metadata.name": Change.UPDATE_REPLACE}


def test_ignored_paths_and_what_lies_below_them_are_no_change() -> None:
    old, new = ({"spec": {"ports": [{"port": port}], "type": kind}} for port, kind in ((1, "A"), (2, "B")))
    assert changes(old, old, new, "spec.ports") == {"spec.type": Change.UPDATE}


def test_a_zero_value_that_the_api_server_left_out_is_no_change() -> None:
    declared = {"spec": {"hostNetwork": False, "env": [{"name": "V", "value": ""}], "args": []}}
    live = {"spec": {"env": [{"name": "V"}]}}
    assert changes(live, declared, declared) == {}


def test_a_zero_value_that_is_new_is_added() -> None:
    wanted = {"spec": {"automountServiceAccountToken": False}}
    assert changes({"spec": {}}, {"spec": {}}, wanted) == {"spec.automountServiceAccountToken": Change.ADD}


def test_a_declared_label_that_somebody_removed_is_added_again() -> None:
    declared = {"metadata": {"labels": {"team": "a"}}}
    assert changes({"metadata": {"labels": {}}}, declared, declared) == {"metadata.labels.team": Change.ADD}


def test_an_unknown_value_is_a_change() -> None:
    old = {"data": {"k": "1"}}
    assert changes(old, old, {"data": {"k": Unknown()}}) == {"data.k": Change.UPDATE}


def test_true_is_not_one() -> None:
    assert changes({"a": 1}, {"a": 1}, {"a": True}) == {"a": Change.UPDATE}
    assert changes({"a": 1}, {"a": 1}, {"a": 1.0}) == {}


def named(name: str, namespace: str, **annotations: str) -> Object:
    return {"kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace, "annotations": annotations}}


def test_the_old_object_goes_first_only_if_the_new_one_needs_its_name() -> None:
    live = named("a", "n")
    assert deletes_first(live, named("a", "n"))
    assert not deletes_first(live, named("b", "n"))
    assert not deletes_first(live, named("a", "m"))
    assert not deletes_first(live, named("a", "n", **{"pulumi.com/autonamed": "true"}))
