import pytest

from policies.rules.kubernetes.require_canary_analysis import require_canary_analysis as rule
from tests.policies.judging import ROLLOUT, UNKNOWN, Object, deployment, judge

JUDGED: Object = {"analysis": {"templates": [{"templateName": "app-step-10"}]}}


def rollout(*steps: Object, **canary: object) -> Object:
    return {
        "metadata": {"name": "app", "namespace": "serving"},
        "spec": {"strategy": {"canary": {"steps": list(steps), **canary}}},
    }


def weight(percent: float) -> Object:
    return {"setWeight": percent}


@pytest.mark.parametrize(
    "accepted",
    [
        rollout(weight(10.0), JUDGED, weight(50.0), JUDGED, weight(100.0), JUDGED),
        rollout(weight(100.0), JUDGED),
        rollout({"setCanaryScale": {"weight": 10.0}}, JUDGED, weight(10.0), {"pause": {"duration": "5s"}}, JUDGED),
        rollout(weight(10.0), weight(50.0), analysis={"templates": [{"templateName": "app"}]}),
    ],
)
def test_the_compliant_stack_is_accepted(accepted: Object) -> None:
    assert judge(rule, accepted, ROLLOUT) == ([], None)


@pytest.mark.parametrize(
    ("refused", "shares"),
    [
        (rollout(weight(10.0), weight(50.0), JUDGED), ["10 %"]),
        (rollout(weight(10.0), JUDGED, weight(50.0), {"pause": {"duration": "60s"}}), ["50 %"]),
        (rollout(weight(10.0), {"pause": {}}, weight(50.0), {"pause": {}}), ["10 %", "50 %"]),
        (rollout(weight(10.0), {"analysis": {"templates": []}}), ["10 %"]),
        (rollout(JUDGED, weight(10.0)), ["10 %"]),
        (rollout(weight(0.5), {"analysis": None}), ["0.5 %"]),
        (rollout(), ["all"]),
        (rollout({"pause": {"duration": "60s"}}), ["all"]),
    ],
)
def test_one_thing_wrong_is_named(refused: Object, shares: list[str]) -> None:
    said, unknown = judge(rule, refused, ROLLOUT)
    assert [message.partition(" of the requests")[0] for message in said] == [
        f"Rollout 'app' gives {share}" for share in shares
    ]
    assert unknown is None


def test_other_workloads_and_other_strategies_have_no_canary() -> None:
    assert judge(rule, deployment()) == ([], None)
    blue_green: Object = {"metadata": {"name": "app"}, "spec": {"strategy": {"blueGreen": {"activeService": "app"}}}}
    assert judge(rule, blue_green, ROLLOUT) == ([], None)
    assert judge(rule, {"metadata": {"name": "app"}}, ROLLOUT) == ([], None)


def test_a_patch_of_a_rollout_is_judged_as_the_rollout() -> None:
    (said,) = judge(rule, rollout(weight(10.0)), f"{ROLLOUT}Patch")[0]
    assert said.startswith("Rollout 'app' gives 10 %")


def test_what_is_not_known_yet_is_not_judged_and_the_rest_is() -> None:
    said, unknown = judge(rule, rollout(weight(10.0), weight(50.0), {"analysis": UNKNOWN}), ROLLOUT)
    assert len(said) == 1
    assert unknown is not None
