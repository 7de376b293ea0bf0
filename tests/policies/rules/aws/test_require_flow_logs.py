from policies.rules.aws.require_flow_logs import require_flow_logs as rule
from tests.policies.compliant import told
from tests.policies.judging import Declared, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


def test_one_thing_wrong_is_named() -> None:
    (said,) = told(rule, flows=None)
    assert "network 'network' has no flow logs" in said


def test_what_was_accepted_alone_is_no_record_of_who_tried() -> None:
    assert len(told(rule, flows=put("trafficType", value="ACCEPT"))) == 1
    assert told(rule, flows=put("trafficType", value="REJECT")) == []


def test_another_networks_logs_are_not_its_own() -> None:
    (said,) = told(rule, Declared("aws:ec2/vpc:Vpc", "second", {}, protect=True))
    assert "network 'second'" in said
