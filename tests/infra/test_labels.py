from infra import labels
from infra.labels import Component


def test_the_selector_is_part_of_the_labels_and_has_no_version() -> None:
    every = labels.labels("pump", Component.MODEL_SERVER, "1.2.3")
    selector = labels.selector("pump", Component.MODEL_SERVER)
    assert selector.items() < every.items()
    assert every["app.kubernetes.io/version"] == "1.2.3"
    assert "1.2.3" not in selector.values()


def test_the_selectors_of_two_components_select_different_pods() -> None:
    server = labels.labels("pump", Component.MODEL_SERVER, "1")
    assert not labels.selector("pump", Component.VERIFICATION).items() <= server.items()
    assert not labels.of(Component.GATEWAY).items() <= server.items()
