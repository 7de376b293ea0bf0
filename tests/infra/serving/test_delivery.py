import pytest

from infra.serving.delivery import ROLE
from tests.infra import stacks
from tests.infra.changes import MODEL, Change, drop, put
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


def steps(*changes: Change, stack: str = "local") -> list[Object]:
    config = stacks.serving_configuration(stack)
    for change in changes:
        change(config)
    return stacks.serving_with(config, stack).one("Rollout")["spec"]["strategy"]["canary"]["steps"]


def test_each_share_of_the_requests_is_judged_before_the_next_and_all_of_them_before_it_takes_over() -> None:
    found = [step.get("setWeight") or step["analysis"]["templates"] for step in steps()]
    named = [[{"templateName": f"{NAME}-{word}"}] for word in ("step-10", "step-50", "bake")]
    assert found == [10, named[0], 50, named[1], 100, named[2]]
    judging = {f"AnalysisTemplate {NAME}-{word}" for word in ("step-10", "step-50", "bake")}
    assert judging <= stacks.serving().resource("Rollout").dependencies


def test_an_analysis_is_told_the_pods_of_both_versions() -> None:
    judged = [step["analysis"]["args"] for step in steps() if "analysis" in step]
    assert judged == 3 * [
        [
            {"name": "canary", "valueFrom": {"podTemplateHashValue": "Latest"}},
            {"name": "stable", "valueFrom": {"podTemplateHashValue": "Stable"}},
        ]
    ]


def test_without_an_analysis_shares_grow_by_time_and_the_last_is_all_requests() -> None:
    assert steps(drop(*MODEL, "analysis")) == [
        {"setWeight": 10},
        {"pause": {"duration": "20s"}},
        {"setWeight": 50},
        {"pause": {"duration": "20s"}},
        {"setWeight": 100},
        {"pause": {"duration": "20s"}},
    ]


def test_a_version_may_get_all_requests_at_once_and_is_still_tried_before_it_takes_over() -> None:
    found = steps(drop(*MODEL, "analysis"), put(*MODEL, "canary", "steps", value=[]))
    assert found == [{"setWeight": 100}, {"pause": {"duration": "20s"}}]


def test_copies_come_before_requests_and_always_find_pods_enough() -> None:
    mirror = put(*MODEL, "canary", "mirror", value={"percent": 20, "seconds": 30})
    found = steps(drop(*MODEL, "analysis"), mirror)
    assert found[:5] == [
        {"setCanaryScale": {"weight": 20}},
        {"pause": {"duration": "30s"}},
        {"setCanaryScale": {"weight": 30}},
        {"setWeight": 10},
        {"pause": {"duration": "20s"}},
    ]
    assert found[-3:-1] == [{"setCanaryScale": {"weight": 100}}, {"setWeight": 100}]


def test_pods_on_trial_are_labelled_where_copies_are_for_them_alone() -> None:
    assert "canaryMetadata" not in rollout()["strategy"]["canary"]
    config = stacks.serving_configuration("local")
    put(*MODEL, "canary", "mirror", value={"percent": 20, "seconds": 30})(config)
    canary = stacks.serving_with(config).one("Rollout")["spec"]["strategy"]["canary"]
    assert canary["canaryMetadata"] == {"labels": ROLE}


def test_every_pause_ends_by_itself() -> None:
    pauses = [step["pause"] for step in steps(drop(*MODEL, "analysis")) if "pause" in step]
    assert pauses
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
    services = {f"Service {NAME}-stable", f"Service {NAME}-canary"}
    named = {f"Deployment {NAME}", f"TraefikService {NAME}-split", *services}
    assert named <= stacks.serving().resource("Rollout").dependencies
