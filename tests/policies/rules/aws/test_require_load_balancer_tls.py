import pytest

from policies.rules.aws.require_load_balancer_tls import require_load_balancer_tls as rule
from tests.policies.compliant import BALANCER, told
from tests.policies.judging import put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        ("ssl-cert", "", "takes requests in the clear"),
        ("ssl-negotiation-policy", "ELBSecurityPolicy-2016-08", "'ELBSecurityPolicy-2016-08' takes old TLS"),
        ("ssl-negotiation-policy", "", "'' takes old TLS"),
        ("attributes", "load_balancing.cross_zone.enabled=true", "nobody can look up who came"),
    ],
)
def test_one_thing_wrong_is_named(annotation: str, value: str, message: str) -> None:
    (said,) = told(rule, balancer=put("metadata", "annotations", f"{BALANCER}{annotation}", value=value))
    assert message in said


def test_an_internal_one_may_do_without() -> None:
    assert told(rule, balancer=put("metadata", "annotations", value={f"{BALANCER}scheme": "internal"})) == []
