import pytest

from policies.rules.stack.require_default_deny import require_default_deny as rule
from tests.policies.compliant import stack, told
from tests.policies.judging import UNKNOWN, Change, Declared, Object, judge_stack, put

EVERYTHING: list[Object] = [{}]


def network_policy(name: str, **spec: object) -> Declared:
    metadata = {"name": name, "namespace": "serving"}
    return Declared("kubernetes:networking.k8s.io/v1:NetworkPolicy", name, {"metadata": metadata, "spec": spec})


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"deny": None}, ["Ingress", "Egress"]),
        ({"deny": put("spec", "policyTypes", value=["Ingress"])}, ["Egress"]),
        ({"deny": put("spec", "policyTypes", value=["Egress"])}, ["Ingress"]),
        ({"deny": put("spec", "podSelector", "matchLabels", value={"app": "app"})}, ["Ingress", "Egress"]),
        ({"deny": put("spec", "podSelector", "matchExpressions", value=[{"key": "app"}])}, ["Ingress", "Egress"]),
        ({"deny": put("spec", "ingress", value=EVERYTHING)}, ["Ingress"]),
        ({"deny": put("spec", "egress", value=EVERYTHING)}, ["Egress"]),
        ({"deny": put("metadata", "namespace", value="elsewhere")}, ["Ingress", "Egress"]),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, Change | None], missing: list[str]) -> None:
    said = told(rule, **changes)
    assert [one.partition(" by default: ")[0] for one in said] == [
        f"Namespace 'serving' has no NetworkPolicy that stops {direction}" for direction in missing
    ]


def test_two_policies_may_share_the_work() -> None:
    one = network_policy("in", podSelector={}, policyTypes=["Ingress"])
    other = network_policy("out", podSelector={}, policyTypes=["Egress"])
    assert told(rule, one, other, deny=None) == []


def test_a_policy_that_is_not_known_yet_does_not_hide_one_that_is() -> None:
    hidden = network_policy("hidden", podSelector=UNKNOWN, policyTypes=["Ingress", "Egress"])
    assert told(rule, hidden) == []
    said, unknown = judge_stack(rule, stack(hidden, deny=None))
    assert said == []
    assert unknown


def test_of_what_a_cluster_that_is_still_to_be_made_will_hold_nothing_is_said() -> None:
    """The engine asks no provider whose configuration isn't known, and so tells policies of nothing at all."""
    unborn = [Declared(f"kubernetes:{kind}", "serving", {}) for kind in ("core/v1:Namespace", "apps/v1:Deployment")]
    said, unknown = judge_stack(rule, unborn)
    assert said == []
    assert unknown
