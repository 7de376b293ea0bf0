"""Who owns which field."""

from typing import Any

from sandbox.plugins.kubernetes import field_managers
from sandbox.plugins.kubernetes.ignoring import without_ignored

OURS = "pulumi-kubernetes-12345678"


def entry(manager: str, operation: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "fieldsV1": fields, **more}


def managed(*entries: dict[str, Any], **obj: Any) -> dict[str, Any]:
    return {"metadata": {"managedFields": list(entries)}, **obj}


def test_the_creations_fields_become_ours() -> None:
    created = entry("pulumi-kubernetes", "Update", {"f:spec": {"f:ports": {}}})
    status = entry("kube-controller-manager", "Update", {"f:status": {}}, subresource="status")
    taken = field_managers.taken_over(managed(created, status), OURS)
    assert taken == [entry(OURS, "Apply", {"f:spec": {"f:ports": {}}}), status]


def test_fields_of_kubectl_join_what_we_have() -> None:
    ours = entry(OURS, "Apply", {"f:spec": {"f:a": {}}})
    theirs = entry("kubectl-set", "Update", {"f:spec": {"f:b": {}}, "f:data": {}})
    assert field_managers.taken_over(managed(ours, theirs), OURS) == [
        entry(OURS, "Apply", {"f:spec": {"f:a": {}, "f:b": {}}, "f:data": {}})
    ]


def test_a_controllers_fields_and_subresources_stay_theirs() -> None:
    ours = entry(OURS, "Apply", {})
    controller = entry("controller", "Update", {"f:spec": {}})
    scale = entry("kubectl", "Update", {"f:spec": {"f:replicas": {}}}, subresource="scale")
    assert field_managers.taken_over(managed(ours, controller, scale), OURS) is None


def test_a_preview_foresees_the_take_over_and_an_update_forces_nothing() -> None:
    live = managed(entry("pulumi-kubernetes", "Update", {}))
    assert field_managers.forces({}, live, OURS, preview=True)
    assert not field_managers.forces({}, live, OURS, preview=False)
    assert not field_managers.forces({}, managed(entry("controller", "Update", {})), OURS, preview=True)


def test_the_user_can_force() -> None:
    wanted = {"metadata": {"annotations": {"pulumi.com/patchForce": "true"}}}
    assert field_managers.forces(wanted, managed(entry("controller", "Update", {})), OURS, preview=False)


def test_a_manager_is_chosen_by_the_user_else_recorded_else_new() -> None:
    chosen = {"metadata": {"annotations": {"pulumi.com/patchFieldManager": "me"}}}
    assert field_managers.manager_of(chosen, {"__fieldManager": OURS}) == "me"
    assert field_managers.manager_of({}, {"__fieldManager": OURS}) == OURS
    assert field_managers.manager_of({}, {}).startswith("pulumi-kubernetes-")


def test_an_ignored_field_of_others_is_not_sent() -> None:
    live = managed(entry("controller", "Update", {"f:spec": {"f:selector": {}}}), spec={"selector": {"hash": "1"}})
    wanted: dict[str, Any] = {"spec": {"selector": {"app": "x"}, "ports": []}}
    assert without_ignored(wanted, live, OURS, ["spec.selector"]) == {"spec": {"ports": []}}


def test_an_ignored_field_of_ours_is_sent_as_it_is() -> None:
    fields: dict[str, Any] = {"f:spec": {"f:selector": {"f:app": {}}}}
    live = managed(entry(OURS, "Apply", fields), entry("other", "Update", fields), spec={"selector": {"app": "live"}})
    assert without_ignored({"spec": {"selector": {"app": "x"}}}, live, OURS, ["spec.selector"]) == {
        "spec": {"selector": {"app": "live"}}
    }


def test_a_path_into_a_list_is_not_protected() -> None:
    live = managed(entry("controller", "Update", {"f:spec": {"f:rules": {}}}), spec={"rules": [{"weight": 90}]})
    wanted = {"spec": {"rules": [{"weight": 100}]}}
    assert without_ignored(wanted, live, OURS, ["spec.rules[0].weight"]) == wanted


def test_the_inputs_are_not_changed_in_place() -> None:
    wanted = {"spec": {"selector": {"app": "x"}}}
    without_ignored(
        wanted, managed(entry("controller", "Update", {"f:spec": {"f:selector": {}}})), OURS, ["spec.selector"]
    )
    assert wanted == {"spec": {"selector": {"app": "x"}}}
