"""What the release tool reads, writes and compares is what the serving stack declares."""

import copy
import dataclasses
from pathlib import Path

import pytest

from infra.serving import config as serving_config
from infra.serving import model_server
from infra.shared import metadata
from service import predictions
from slipway.releases import observed, rolling_back, smoke, stack_file
from slipway.releases.place import MODEL_STORE, Place
from slipway.releases.pulumi import Change
from tests.infra import stacks
from tests.infra.recording import Recording
from tests.slipway.releases.world import World

NAME = "maintenance-predictor"
KEYS = ("version", "manifest", "image", "attempt", "commit")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Of the model in those stacks."""
    return dataclasses.replace(World(tmp_path).place(), model="maintenance_predictor")


@pytest.fixture(scope="module")
def stack() -> Recording:
    return stacks.serving("prod")


def released(**values: object) -> Recording:
    config = copy.deepcopy(stacks.serving_configuration("prod"))
    config["slipway:models"]["maintenance_predictor"] |= values
    return stacks.serving_with(config, "prod")


def declared(recording: Recording) -> dict[tuple[str, str], object]:
    return {(one.type, one.name): one.inputs for one in recording.resources}


def test_a_pod_template_says_which_release_it_is(stack: Recording) -> None:
    spec = stack.one("Deployment")["spec"]["template"]
    template = observed.template(spec)
    model = stacks.serving_configuration("prod")["slipway:models"]["maintenance_predictor"]
    assert (template.version, template.manifest) == (model["version"], model["manifest"])
    assert template.image == spec["spec"]["containers"][0]["image"]
    assert template.release == spec["metadata"]["annotations"][model_server.RELEASE]
    assert observed.RELEASE == model_server.RELEASE


def test_a_rollout_says_whose_it_is(stack: Recording) -> None:
    rollout = stack.one("Rollout")
    assert observed.MANAGER == metadata.FIELD_MANAGER
    assert rollout["metadata"]["annotations"][observed.MANAGER] == "slipway-slipway-prod"
    assert rollout["metadata"]["name"] == rollout["spec"]["workloadRef"]["name"] == NAME


def test_what_the_tool_writes_the_stack_takes() -> None:
    aliases = {field.alias for field in serving_config.Model.model_fields.values()}
    assert set(KEYS) <= aliases
    assert stack_file.NAMESPACE == serving_config.NAMESPACE
    released(version="1.1.0", image=f"registry.invalid/x@{stacks.DIGEST}", attempt=2, commit="0123456789abcdef" * 2)


@pytest.mark.parametrize(
    "values",
    [
        {"version": "1.1.0", "manifest": stacks.DIGEST},
        {"image": f"registry.invalid/x@{stacks.DIGEST}"},
        {"attempt": 2},
        {"commit": "0123456789abcdef"},
    ],
)
def test_a_release_changes_what_the_tool_takes_for_its_own_and_nothing_else(
    values: dict[str, object], stack: Recording, place: Place
) -> None:
    before, after = declared(stack), declared(released(**values))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed
    ours = [Change("update", kind, name, {}) for kind, name in changed]
    assert [str(one) for one in ours if not rolling_back.is_release(place, one)] == []


def test_other_settings_are_no_release_of_the_tools(stack: Recording, place: Place) -> None:
    kinds = {(one.type, one.name) for one in stack.resources}
    releases = {key for key in kinds if rolling_back.is_release(place, Change("update", *key, {}))}
    assert ("kubernetes:apps/v1:Deployment", NAME) in releases
    assert {kind.rpartition(":")[2] for kind, _ in releases} <= {"Deployment", "Job", "AnalysisTemplate"}


def test_outputs_that_the_tool_reads_are_there(stack: Recording) -> None:
    assert {"version", "manifest", "image", "release", "url"} <= stack.outputs["models"]["maintenance_predictor"].keys()
    assert "image" in stack.outputs
    assert {"url", "region", "environment"} <= stacks.platform().outputs[MODEL_STORE].keys()


def test_own_requests_carry_the_header_that_the_service_knows() -> None:
    assert smoke.SYNTHETIC.lower().encode() == predictions.SYNTHETIC
