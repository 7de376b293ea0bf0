import pytest

from tests.infra import stacks
from tests.infra.changes import MODEL, Change, put, second_model


def release(*changes: Change) -> str:
    config = stacks.serving_configuration("local")
    for change in changes:
        change(config)
    return stacks.serving_with(config).outputs["models"]["maintenance_predictor"]["release"]


def test_the_same_template_is_the_same_release() -> None:
    assert release() == release()


@pytest.mark.parametrize(
    "change",
    [
        put(*MODEL, "version", value="1.1.0"),
        put(*MODEL, "manifest", value=f"sha256:{'c' * 64}"),
        put(*MODEL, "cache", value="128Mi"),
        put(*MODEL, "resources", "requests", "cpu", value="200m"),
        put("slipway:image", value={"digest": f"a/b@sha256:{'e' * 64}"}),
    ],
)
def test_what_reaches_the_pods_makes_a_release(change: Change) -> None:
    assert release(change) != release()


@pytest.mark.parametrize(
    "change",
    [
        put(*MODEL, "scaling", "maxReplicas", value=9),
        put(*MODEL, "canary", "pauseSeconds", value=99),
        put(*MODEL, "route", value="/elsewhere"),
        second_model("/pump"),
    ],
)
def test_what_does_not_reach_the_pods_makes_no_release(change: Change) -> None:
    assert release(change) == release()


def test_the_pod_reads_its_release_from_its_annotation() -> None:
    template = stacks.serving().one("Deployment")["spec"]["template"]
    (variable,) = [one for one in template["spec"]["containers"][0]["env"] if one["name"] == "RELEASE"]
    annotation = (
        variable["valueFrom"]["fieldRef"]["fieldPath"].removeprefix("metadata.annotations['").removesuffix("']")
    )
    assert template["metadata"]["annotations"] == {annotation: release()}
