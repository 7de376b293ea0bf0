"""Quotas: how much of what an account may have, with AWS's defaults."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import instead

QUOTAS: Final[Mapping[tuple[str, str], tuple[str, float]]] = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5),
    ("ec2", "L-1216C47A"): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 64),
    ("ec2", "L-DB2E81BA"): ("Running On-Demand G and VT instances", 0),
    ("eks", "L-1194D53C"): ("Clusters", 100),
    ("elasticloadbalancing", "L-69A177A2"): ("Network Load Balancers per Region", 50),
    ("s3", "L-DC2B2D3D"): ("Buckets", 10_000),
    ("vpc", "L-F678F1CE"): ("VPCs per Region", 5),
    ("vpc", "L-FE5A380F"): ("NAT gateways per Availability Zone", 5),
    ("vpc", "L-29B6F2EB"): ("Interface VPC endpoints per VPC", 50),
    ("vpc", "L-A4707A72"): ("Internet gateways per Region", 5),
}
"""By service and code: name and value. Service Quotas' own, as its console lists them."""


@instead("service-quotas", "GetServiceQuota", "GetAWSDefaultServiceQuota")
def tell(call: Call) -> dict[str, Any]:
    """Tell a quota."""
    service, code = call.parameters["ServiceCode"], call.parameters["QuotaCode"]
    if (service, code) not in QUOTAS:
        raise Refused("NoSuchResourceException", f"no quota {code} of {service} is known here")
    return {"Quota": _told(call, service, code)}


@instead("service-quotas", "ListServiceQuotas", "ListAWSDefaultServiceQuotas")
def tell_all(call: Call) -> dict[str, Any]:
    """Tell the quotas of a service that are known here."""
    wanted = call.parameters["ServiceCode"]
    return {"Quotas": [_told(call, service, code) for service, code in QUOTAS if service == wanted]}


def _told(call: Call, service: str, code: str) -> dict[str, Any]:
    name, value = QUOTAS[service, code]
    return {
        "ServiceCode": service,
        "QuotaCode": code,
        "QuotaArn": f"arn:aws:servicequotas:{call.region}:{call.account}:{service}/{code}",
        "QuotaName": name,
        "Value": value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
