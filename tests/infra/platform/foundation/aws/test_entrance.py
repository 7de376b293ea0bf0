from typing import Any

import pulumi
import pytest

from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.test_config import CERTIFICATE, PLACE, ZONE
from tests.infra.recording import Recording
from tests.infra.values import Object

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
PUBLIC = {"host": "models.example.com", "zone": ZONE, "public": {"openTo": ["203.0.113.0/28"]}}


def declared(ingress: Object, zone: str = "example.com", *, private: bool = False) -> Recording:
    config = stacks.aws_configuration()
    put(*PLACE, "ingress", value=ingress)(config)
    known = {"aws:route53/getZone:getZone": {ZONE: {"zoneId": ZONE, "name": zone, "privateZone": private}}}
    return stacks.platform_on_aws(config, known=known)


def service(recording: Recording) -> Any:
    return recording.one("Service", "traefik-service")


def annotations(recording: Recording) -> dict[str, str]:
    found = service(recording)["metadata"]["annotations"]
    return {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}


def test_it_is_internal_unless_the_stack_says_otherwise() -> None:
    prod = stacks.platform("prod")
    assert annotations(prod)["scheme"] == "internal"
    assert service(prod)["spec"]["loadBalancerClass"] == "eks.amazonaws.com/nlb"
    assert service(prod)["spec"]["loadBalancerSourceRanges"] == ["10.50.0.0/16"]
    assert service(prod)["spec"]["ports"][0]["port"] == 80
    assert "private" in annotations(prod)["subnets"]


def test_its_name_leads_to_it_in_a_zone_for_the_vpc() -> None:
    prod = stacks.platform("prod")
    assert prod.one("Zone")["name"] == "prod.internal"
    assert prod.one("Zone")["vpcs"] == [{"vpcId": "Vpc network"}]
    record = prod.one("Record")
    assert record["name"] == "models.prod.internal"
    assert record["records"] == ["gateway.elb.eu-central-1.amazonaws.com"]
    assert prod.outputs["gateway"]["url"] == "http://models.prod.internal"


def test_a_public_one_has_a_certificate_new_tls_and_named_networks() -> None:
    found = declared(PUBLIC)
    assert annotations(found)["scheme"] == "internet-facing"
    assert annotations(found)["ssl-cert"].endswith("certificate/issued")
    assert annotations(found)["ssl-negotiation-policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert "public" in annotations(found)["subnets"]
    assert service(found)["spec"]["loadBalancerSourceRanges"] == ["203.0.113.0/28"]
    assert service(found)["spec"]["ports"][0]["port"] == 443
    assert found.outputs["gateway"]["url"] == "https://models.example.com"


def test_its_certificate_is_issued_when_the_zone_has_proven_the_name() -> None:
    found = declared(PUBLIC)
    assert found.one("Record", "entrance-proof")["name"] == "_proof.models.example.com"
    assert found.one("Record", "entrance-proof")["zoneId"] == ZONE
    assert found.one("CertificateValidation")["validationRecordFqdns"] == ["_proof.models.example.com"]
    assert "CertificateValidation entrance-proven" in found.resource("Service", "traefik-service").dependencies


def test_a_certificate_that_exists_is_taken() -> None:
    found = declared({"host": "models.prod.internal", "certificate": CERTIFICATE})
    assert found.of("Certificate") == []
    assert annotations(found)["ssl-cert"] == CERTIFICATE
    assert annotations(found)["scheme"] == "internal"


@pytest.mark.parametrize(
    ("zone", "private", "message"),
    [
        ("example.org", False, "ingress.host = 'models.example.com' is not below 'example.org'"),
        ("example.com", True, f"ingress.zone = '{ZONE}' is private"),
    ],
)
def test_a_zone_that_can_not_prove_the_name_is_refused(zone: str, private: bool, message: str) -> None:
    with pytest.raises(pulumi.RunError, match=message):
        declared(PUBLIC, zone, private=private)


def test_who_came_is_written_down() -> None:
    assert "access_logs.s3.bucket=slipway-prod-logs-444455556666" in annotations(stacks.platform("prod"))["attributes"]


def test_it_is_tagged_as_everything_else_is() -> None:
    assert "owner=ml-platform" in annotations(stacks.platform("prod"))["additional-resource-tags"]


def test_a_pod_that_goes_outlasts_the_load_balancers_notice_and_a_new_one_counts_when_it_is_known() -> None:
    deployment = stacks.platform("prod").one("Deployment", "traefik")["spec"]
    pod = deployment["template"]["spec"]
    target = annotations(stacks.platform("prod"))["target-group-attributes"]
    assert "deregistration_delay.timeout_seconds=120" in target
    accept = f"--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout={150}s"
    assert accept in pod["containers"][0]["args"]
    assert pod["terminationGracePeriodSeconds"] > 150 + 15
    assert deployment["minReadySeconds"] == 240
    assert deployment["progressDeadlineSeconds"] > 240 + 60
