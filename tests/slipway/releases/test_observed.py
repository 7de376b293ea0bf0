import dataclasses

import pytest

from service.verify.judgement import State
from slipway.errors import Refused
from slipway.releases import observed
from slipway.releases.cluster import Forbidden
from slipway.releases.observed import MANAGER, look
from tests.slipway.releases.world import ROLLOUT, FakeCluster, World, release_id


def test_it_tells_who_serves_and_who_is_tried(served: World) -> None:
    served.begin("1.1.0")
    served.step(1, 10)
    seen = look(served.place().cluster, "serving", ROLLOUT)
    assert seen is not None
    assert seen.canary is not None
    assert seen.stable is not None
    assert (seen.canary.template.version, seen.canary.template.release) == ("1.1.0", release_id("1.1.0"))
    assert (seen.stable.template.version, seen.stable.ready, seen.stable.wanted) == ("1.0.0", 2, 2)
    assert (seen.weight, seen.step, seen.steps) == (10, 1, 4)
    assert seen.under_way
    assert not seen.healthy
    assert seen.serving == seen.stable.template


def test_after_a_release_nobody_is_tried(served: World) -> None:
    served.step(4, 100)
    seen = look(served.place().cluster, "serving", ROLLOUT)
    assert seen is not None
    assert (seen.canary, seen.weight, seen.under_way, seen.healthy) == (None, 0, False, True)


def test_a_model_that_isnt_there_is_none(world: World) -> None:
    assert look(world.place().cluster, "serving", ROLLOUT) is None


def test_it_tells_what_a_release_is_judged_by(served: World) -> None:
    served.begin("1.1.0")
    served.objects["analysisruns", "second"] = {
        "metadata": {"name": "second", "creationTimestamp": "2026-11-29T12:02:00Z"},
        "status": {
            "phase": "Running",
            "metricResults": [
                {
                    "name": "errors",
                    "phase": "Running",
                    "count": 2,
                    "measurements": [{"value": "[0]"}, {"value": "[0.01]"}],
                },
                {"name": "golden", "phase": "Error", "measurements": [{"message": "no pod"}]},
            ],
        },
    }
    served.objects["analysisruns", "first"] = {
        "metadata": {"name": "first", "creationTimestamp": "2026-11-29T12:01:00Z"},
    }
    seen = look(served.place().cluster, "serving", ROLLOUT)
    assert seen is not None
    assert seen.analyses is not None
    assert [(one.name, one.phase) for one in seen.analyses] == [("first", "Pending"), ("second", "Running")]
    errors, golden = seen.analyses[-1].metrics
    assert (errors.name, errors.value, errors.measured) == ("errors", "[0.01]", 2)
    assert (golden.phase, golden.message) == ("Error", "no pod")


def test_who_may_not_read_analyses_sees_the_rest(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.begin("1.1.0")
    reads = FakeCluster.list

    def forbidden(cluster: FakeCluster, group: str, namespace: str, kind: str, labels: str) -> object:
        if kind == "analysisruns":
            raise Forbidden("analysisruns is forbidden")
        return reads(cluster, group, namespace, kind, labels)

    monkeypatch.setattr(FakeCluster, "list", forbidden)
    seen = look(served.place().cluster, "serving", ROLLOUT)
    assert seen is not None
    assert seen.analyses is None
    assert seen.under_way


def test_what_the_controller_hasnt_seen_may_be_a_release(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    served.objects["deployments", ROLLOUT]["metadata"]["generation"] = 2
    seen = served.place().look()
    assert seen is not None
    assert (seen.judgement.state, seen.under_way) == (State.UNSEEN, True)
    monkeypatch.setattr(observed, "_SEEN_WITHIN", 0.0)
    with pytest.raises(
        Refused, match=r"the controller has yet to see the Deployment .* see to the rollouts controller"
    ):
        served.place().settled()


def test_another_stacks_rollout_is_not_touched(served: World) -> None:
    served.objects["rollouts", ROLLOUT]["metadata"]["annotations"][MANAGER] = "slipway-slipway-prod"
    with pytest.raises(
        Refused, match="is declared by 'slipway-slipway-prod', not by 'slipway-slipway-test': is KUBECONFIG"
    ):
        served.place().look()
    other = dataclasses.replace(served.place(), project="elsewhere")
    with pytest.raises(Refused, match="not by 'slipway-elsewhere-test'"):
        other.settled()
