import pytest

from policies.rules.aws.forbid_open_ingress import forbid_open_ingress as rule
from tests.policies.compliant import told
from tests.policies.judging import Object, violations


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("resource_type", "props"),
    [
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"cidrIpv4": "0.0.0.0/0"}),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"cidrIpv6": "::/0"}),
        ("aws:ec2/securityGroupRule:SecurityGroupRule", {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}),
        ("aws:ec2/securityGroup:SecurityGroup", {"ingress": [{"cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"]}]}),
        ("aws:ec2/securityGroup:SecurityGroup", {"ingress": [{"ipv6CidrBlocks": ["::/0"]}]}),
    ],
)
def test_one_thing_wrong_is_named(resource_type: str, props: Object) -> None:
    (said,) = violations(rule, props, resource_type)
    assert "in: name the networks" in said


@pytest.mark.parametrize(
    ("resource_type", "props"),
    [
        ("aws:ec2/securityGroupRule:SecurityGroupRule", {"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}),
        ("aws:ec2/securityGroup:SecurityGroup", {"egress": [{"cidrBlocks": ["0.0.0.0/0"]}]}),
    ],
)
def test_who_may_be_asked_is_no_matter(resource_type: str, props: Object) -> None:
    assert violations(rule, props, resource_type) == []
