import pytest

from tests.infra import stacks
from tests.infra.values import Object

NAME = "maintenance-predictor"


def rollout(stack: str = "local") -> Object:
    return stacks.serving(stack).one("Rollout")["spec"]


def test_the_rollout_takes_its_template_from_the_deployment_and_never_scales_it() -> None:
    deployment = stacks.serving().one("Deployment")
    assert rollout()["workloadRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": deployment["metadata"]["name"],
        "scaleDown": "never",
    }
    assert rollout()["selector"] == deployment["spec"]["selector"]


def test_how_many_pods_there_are_is_left_to_the_autoscaler() -> None:
    assert "replicas" not in rollout()


def test_the_rollout_goes_before_its_pods() -> None:
    annotations = stacks.serving().one("Rollout")["metadata"]["annotations"]
    assert annotations["pulumi.com/deletionPropagationPolicy"] == "background"


def test_one_pod_gets_a_tenth_and_more_only_come_with_more_pods() -> None:
    assert rollout()["strategy"]["canary"]["steps"] == [
        {"setCanaryScale": {"replicas": 1}},
        {"setWeight": 10},
        {"pause": {"duration": "15s"}},
        {"setCanaryScale": {"matchTrafficWeight": True}},
        {"setWeight": 100},
    ]


def test_every_pause_ends_by_itself() -> None:
    pauses = [step["pause"] for step in rollout()["strategy"]["canary"]["steps"] if "pause" in step]
    assert all(pause.get("duration") for pause in pauses)


def test_a_version_that_never_gets_ready_is_taken_off() -> None:
    assert rollout()["progressDeadlineAbort"] is True
    assert rollout()["progressDeadlineSeconds"] == 180


def test_no_window_lets_an_aborted_version_skip_its_canary() -> None:
    assert "rollbackWindow" not in rollout()


def test_stable_stays_whole_while_the_canary_runs() -> None:
    canary = rollout()["strategy"]["canary"]
    assert canary["maxUnavailable"] == 0
    assert "dynamicStableScale" not in canary


@pytest.mark.parametrize("role", ["stable", "canary"])
def test_what_the_controller_writes_into_services_is_left_alone(role: str) -> None:
    service = stacks.serving().resource("Service", f"{NAME}-{role}")
    assert list(service.request.ignoreChanges) == ["spec.selector"]
    assert service.inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"
    assert rollout()["strategy"]["canary"][f"{role}Service"] == service.inputs["metadata"]["name"]


def test_only_the_controller_writes_weights() -> None:
    split = stacks.serving().resource("TraefikService")
    assert list(split.request.ignoreChanges) == ["spec.weighted.services"]
    assert split.inputs["spec"]["weighted"]["services"] == [
        {"name": f"{NAME}-stable", "port": 80},
        {"name": f"{NAME}-canary", "port": 80},
    ]
    routing = rollout()["strategy"]["canary"]["trafficRouting"]
    assert routing == {"traefik": {"weightedTraefikServiceName": split.inputs["metadata"]["name"]}}


def test_a_release_changes_no_label_of_the_split() -> None:
    config = stacks.serving_configuration("local")
    config["slipway:models"]["maintenance_predictor"]["version"] = "1.1.0"
    assert stacks.serving_with(config).one("TraefikService") == stacks.serving().one("TraefikService")


def test_the_rollout_comes_after_everything_that_it_names() -> None:
    named = {NAME, f"{NAME}-split", f"{NAME}-stable", f"{NAME}-canary"}
    assert named <= stacks.serving().resource("Rollout").dependencies
