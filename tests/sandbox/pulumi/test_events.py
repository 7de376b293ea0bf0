import json

from sandbox.pulumi.events import Event, Kind, Operation

URN = "urn:pulumi:local::slipway::slipway:index:Model$kubernetes:apps/v1:Deployment::pump::a"


def step(op: str, diff: dict[str, dict[str, str]] | None = None) -> Event:
    metadata = {"op": op, "urn": URN, "type": "kubernetes:apps/v1:Deployment", "detailedDiff": diff, "provider": "x"}
    return Event.model_validate_json(json.dumps({"sequence": 1, "resourcePreEvent": {"metadata": metadata}}))


def operation(event: Event) -> Operation | None:
    assert event.resource_pre_event is not None
    return event.resource_pre_event.metadata.operation


def test_a_step_becomes_an_operation_with_its_diff() -> None:
    found = operation(step("update", {"spec.replicas": {"diffKind": "update"}, "data.a": {"diffKind": "add"}}))

    assert found is not None
    assert found.kind is Kind.UPDATE
    assert found.type == "kubernetes:apps/v1:Deployment"
    assert found.name == "pump::a"
    assert found.diff == (("data.a", "add"), ("spec.replicas", "update"))


def test_steps_that_change_nothing_by_themselves_are_no_operations() -> None:
    for op in ("same", "read", "refresh", "create-replacement", "delete-replaced", "discard"):
        assert operation(step(op)) is None


def test_operations_are_equal_when_they_do_the_same_to_the_same_resource() -> None:
    assert operation(step("update", {"a": {"diffKind": "add"}})) == operation(step("update"))
    assert operation(step("update")) != operation(step("replace"))


def test_an_event_of_an_unknown_kind_is_read_as_nothing() -> None:
    assert Event.model_validate_json('{"sequence": 4, "somethingNew": {"a": 1}}') == Event()
