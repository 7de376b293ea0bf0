import pytest

from policies.rules.kubernetes.forbid_open_load_balancer import forbid_open_load_balancer as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, drop, put

SERVICE = "Service 'app'"


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            drop("spec", "loadBalancerSourceRanges"),
            f"{SERVICE} has no loadBalancerSourceRanges: name them, or annotate",
        ),
        (put("spec", "loadBalancerSourceRanges", value=[]), f"{SERVICE} has no loadBalancerSourceRanges"),
        (put("spec", "loadBalancerSourceRanges", 0, value="0.0.0.0/0"), f"{SERVICE} has '0.0.0.0/0' in"),
        (put("spec", "loadBalancerSourceRanges", value=["10.0.0.0/8", "::/0"]), f"{SERVICE} has '::/0' in"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = told(rule, service=change)
    assert message in said


@pytest.mark.parametrize(
    "props",
    [
        {"spec": {"type": "NodePort"}},
        {"spec": {"type": "ClusterIP"}},
        {"spec": {}},
        {
            "metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}},
            "spec": {"type": "LoadBalancer"},
        },
        {
            "metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}},
            "spec": {"type": "LoadBalancer"},
        },
    ],
)
def test_what_the_internet_cannot_reach_is_accepted(props: dict[str, object]) -> None:
    assert told(rule, service=lambda service: service.update(props)) == []
