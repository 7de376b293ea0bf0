import pytest

from tests.infra import stacks
from tests.infra.changes import second_model
from tests.infra.values import unknown_paths


def test_every_model_is_a_block_of_its_own_beside_the_others() -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    two = stacks.serving_with(config)
    for kind in ("Deployment", "Rollout", "TraefikService", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Job"):
        assert len(two.of(kind)) == 2
    assert {one.inputs["metadata"]["namespace"] for one in two.of("Deployment")} == {"serving"}
    assert set(two.outputs["models"]) == {"maintenance_predictor", "pump"}


def test_the_first_model_does_not_notice_the_second() -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    two, one = stacks.serving_with(config), stacks.serving()
    for kind in ("Deployment", "Rollout", "Job"):
        name = one.of(kind)[0].name
        assert two.one(kind, name) == one.one(kind)


def test_the_quota_holds_two_full_sets_of_pods_and_more() -> None:
    hard = stacks.serving().one("ResourceQuota")["spec"]["hard"]
    most = stacks.serving().one("HorizontalPodAutoscaler")["spec"]["maxReplicas"]
    assert int(hard["pods"]) > 2 * most


def test_outputs_say_what_is_served_and_where() -> None:
    outputs = stacks.serving().outputs
    assert outputs["namespace"] == "serving"
    assert outputs["image"] == f"127.0.0.1:5050/slipway/service@sha256:{'d' * 64}"
    served = outputs["models"]["maintenance_predictor"]
    assert served["url"] == "http://127.0.0.1:30080/maintenance-predictor"
    assert served["version"] == "1.0.0"
    assert served["manifest"] == stacks.DIGEST


def test_nothing_secret_is_exported() -> None:
    assert not stacks.serving().secrets


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_a_preview_only_leaves_unknown_what_depends_on_an_image_that_is_not_built_yet(stack: str) -> None:
    preview = stacks.serving(stack, preview=True)
    unknown = {
        f"{one.type.rpartition(':')[2]} {path}" for one in preview.resources for path in unknown_paths(one.inputs)
    }
    built = {
        "Deployment spec.template.metadata.annotations.slipway.dev/release",
        "Deployment spec.template.spec.containers[0].image",
        "Job metadata.name",
        "Job spec.template.spec.containers[0].env[5].value",
        "Job spec.template.spec.containers[0].image",
    }
    assert unknown == (set() if stack == "prod" else built)
