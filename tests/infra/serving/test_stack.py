import re
from functools import cache

import pulumi
import pytest

from infra.serving.config import ServingConfig
from tests.infra import stacks
from tests.infra.changes import MODEL, put, second_model
from tests.infra.recording import Recording
from tests.infra.values import unknown_paths

PINNED = f"registry.test/slipway/service@sha256:{'a' * 64}"


def test_every_model_is_a_block_of_its_own_beside_the_others() -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    two = stacks.serving_with(config)
    for kind in ("Deployment", "Rollout", "TraefikService", "ScaledObject", "PodDisruptionBudget", "Job"):
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


def test_a_model_with_an_image_of_its_own_stays_when_the_stacks_changes() -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    put(*MODEL, "image", value=PINNED)(config)
    images = {
        one.name: one.inputs["spec"]["template"]["spec"]["containers"][0]["image"]
        for kind in ("Deployment", "Job")
        for one in stacks.serving_with(config).of(kind)
    }
    built = stacks.serving().outputs["image"]
    assert images == {
        "maintenance-predictor": PINNED,
        "maintenance-predictor-verify": built,
        "pump": built,
        "pump-verify": built,
    }

    before = stacks.serving_with(config).outputs["models"]["maintenance_predictor"]
    put("slipway:image", value={"digest": f"a/b@sha256:{'e' * 64}"})(config)
    assert stacks.serving_with(config).outputs["models"]["maintenance_predictor"] == before


def test_a_model_with_a_host_is_asked_for_by_its_host() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "host", value="models.example.com")(config)
    served = stacks.serving_with(config).outputs["models"]["maintenance_predictor"]
    assert served["url"] == "http://models.example.com:30080/maintenance-predictor"


def test_every_name_has_its_length_whatever_the_model_is_called() -> None:
    config = stacks.serving_configuration("local")
    config["slipway:models"] = {"m" * 40: config["slipway:models"]["maintenance_predictor"]}
    for thing in stacks.serving_with(config).kubernetes:
        assert len(thing["metadata"]["name"]) <= 63
        assert all(len(value) <= 63 for value in thing["metadata"]["labels"].values())


def test_models_side_by_side_have_no_object_in_common() -> None:
    # Models that are called like an object of the first, like one without its last word, or like one with its port.
    called = {name for _, name in named("maintenance-predictor")}
    called |= {name.rpartition("-")[0] for name in called} | {f"{name}-80" for name in called}
    others = {name for name in called if "predictor" in name} - {"maintenance-predictor"}
    refused = {other for other in others if not admitted(other)}
    met = {other for other in others if named(other) & named("maintenance-predictor")}
    assert met == {
        "maintenance-predictor-canary",
        "maintenance-predictor-golden",
        "maintenance-predictor-stable",
        "maintenance-predictor-mirror",
        "verify-maintenance-predictor",
        "maintenance-predictor-stable-80",
        "maintenance-predictor-canary-80",
        "maintenance-predictor-shadow-80",
    }
    assert refused == met


@cache
def whole() -> Recording:
    """A stack with all that one may have."""
    config = stacks.serving_configuration("local") | {"slipway-pins:maintenance_predictor": "k" * 20}
    put(*MODEL, "canary", "mirror", value={"percent": 10, "seconds": 20})(config)
    return stacks.serving_with(config)


def named(model: str) -> set[tuple[str, str]]:
    """Kind and name of every object of a model, and how the gateway calls its services and its split."""
    objects = {(thing["kind"], thing["metadata"]["name"]) for thing in whole().kubernetes}
    at_gateway = {("", f"{name}-80") for kind, name in objects if kind == "Service"}
    at_gateway |= {("", name) for kind, name in objects if kind == "TraefikService"}
    return {(kind, name.replace("maintenance-predictor", model)) for kind, name in objects | at_gateway}


def admitted(model: str) -> bool:
    """Whether a stack may have this model beside the included one."""
    config = stacks.serving_configuration("local")
    second_model("/other", name=model.replace("-", "_"))(config)
    try:
        stacks.load(ServingConfig, "slipway", config)
    except pulumi.RunError as error:
        return "is called like a part of" not in str(error)
    return True


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
        f"{one.type.rpartition(':')[2]} {re.sub(r'metrics.[0-9]+.', 'metrics[]', path)}"
        for one in preview.resources
        for path in unknown_paths(one.inputs)
    }
    built = {
        "AnalysisTemplate spec.metrics[].provider.job.spec.template.spec.containers[0].image",
        "Deployment spec.template.metadata.annotations.slipway.dev/release",
        "Deployment spec.template.spec.containers[0].image",
        "Job metadata.name",
        "Job spec.template.spec.containers[0].env[6].value",
        "Job spec.template.spec.containers[0].env[7].value",
        "Job spec.template.spec.containers[0].image",
    }
    assert unknown == (set() if stack == "prod" else built)
