from infra.shared import metadata
from infra.shared.metadata import Component
from tests.infra import stacks
from tests.infra.recording import Recording


def managers(recording: Recording) -> dict[str, str]:
    """The field manager of every Kubernetes object, by its logical name."""
    return {
        one.name: one.inputs["metadata"].get("annotations", {}).get("pulumi.com/patchFieldManager")
        for one in recording.resources
        if one.type.startswith("kubernetes:")
    }


def test_every_object_has_a_field_manager_that_outlives_the_state() -> None:
    assert set(managers(stacks.platform()).values()) == {"slipway-slipway-platform-local"}
    for stack in stacks.STACKS:
        assert set(managers(stacks.serving(stack)).values()) == {f"slipway-slipway-{stack}"}


def test_every_object_is_labelled_as_ours() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for thing in recording.kubernetes:
            assert metadata.PART_OF.items() <= thing["metadata"]["labels"].items()


def test_the_selector_is_part_of_the_labels_and_has_no_version() -> None:
    every = metadata.labels("pump", Component.MODEL_SERVER, "1.2.3")
    selector = metadata.selector("pump", Component.MODEL_SERVER)
    assert selector.items() < every.items()
    assert every["app.kubernetes.io/version"] == "1.2.3"
    assert "1.2.3" not in selector.values()


def test_the_selectors_of_two_components_select_different_pods() -> None:
    server = metadata.labels("pump", Component.MODEL_SERVER, "1")
    assert not metadata.selector("pump", Component.VERIFICATION).items() <= server.items()
    assert not metadata.of(Component.GATEWAY).items() <= server.items()
