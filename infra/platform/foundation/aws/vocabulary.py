"""The words of the AWS section: each a string with a form, and an example in its error."""

import ipaddress
import re
from typing import Annotated, Final

from pydantic import AfterValidator

# The commercial partition's; what is said of AWS here holds there.
_REGION: Final = re.compile(
    r"(af|ap|ca|eu|il|me|mx|sa|us)-(central|east|north|northeast|northwest|south|southeast|west)-\d"
)
_ROLE: Final = re.compile(r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]{1,512}")
_CERTIFICATE: Final = re.compile(r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}")
_SECRET: Final = re.compile(r"arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache/[\w/+=.@-]+")
_PRIVATE: Final = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))

VPC_PREFIXES: Final = range(16, 21)
"""Lengths of a VPC's prefix: AWS takes none shorter than 16, and with more than 20 a zone's subnet has no room."""
SERVICE_PREFIXES: Final = range(12, 25)
"""Lengths of the services' prefix that EKS takes."""


def _formed(pattern: str, what: str, example: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is no {what}, like {example!r}")
        return value

    return AfterValidator(check)


def _region(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise ValueError(f"{value!r} is no region of AWS's commercial partition, like 'eu-central-1'")
    return value


def _principal(value: str) -> str:
    if ":sts:" in value:
        raise ValueError(
            f"{value!r} is a session, which ends: name its role, like 'arn:aws:iam::111122223333:role/Ops'"
        )
    if value.endswith((":root", ":root/")):
        raise ValueError(f"{value!r} is the whole account: name roles, like 'arn:aws:iam::111122223333:role/Ops'")
    if not _ROLE.fullmatch(value) or "*" in value:
        raise ValueError(f"{value!r} is no role or user of IAM, like 'arn:aws:iam::111122223333:role/Ops'")
    return value


def _certificate(value: str) -> str:
    if not _CERTIFICATE.fullmatch(value):
        raise ValueError(
            f"{value!r} is no certificate of ACM, like 'arn:aws:acm:eu-central-1:111122223333:certificate/' and its id"
        )
    return value


def _credential(value: str) -> str:
    if not _SECRET.fullmatch(value):
        raise ValueError(
            f"{value!r} is no secret that ECR may read: its name has to begin with 'ecr-pullthroughcache/', as in "
            "'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/ghcr-AbCdEf'"
        )
    return value


def _network(value: str, prefixes: range, what: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError:
        raise ValueError(f"{value!r} is no IPv4 network without host bits, like '10.40.0.0/16'") from None
    if not any(network.subnet_of(one) for one in _PRIVATE if isinstance(one, ipaddress.IPv4Network)):
        raise ValueError(f"{value!r} isn't private: take a part of {', '.join(map(str, _PRIVATE))}")
    if network.prefixlen not in prefixes:
        raise ValueError(f"{value!r} doesn't fit {what}: take a prefix from /{prefixes[0]} to /{prefixes[-1]}")
    return value


def _outside(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(f"{value!r} is no network, like '203.0.113.0/28'") from None
    if not network.prefixlen:
        raise ValueError(f"{value!r} is everyone: name the networks that need it, like '203.0.113.0/28'")
    return value


Account = Annotated[str, _formed(r"\d{12}", "account: its twelve digits in quotes", "111122223333")]
Region = Annotated[str, AfterValidator(_region)]
Principal = Annotated[str, AfterValidator(_principal)]
"""A role or user of IAM, by its ARN."""
CertificateArn = Annotated[str, AfterValidator(_certificate)]
CacheCredential = Annotated[str, AfterValidator(_credential)]
"""A secret with which ECR signs in at a registry that it caches."""
VpcCidr = Annotated[str, AfterValidator(lambda value: _network(value, VPC_PREFIXES, "a VPC over three zones"))]
ServiceCidr = Annotated[str, AfterValidator(lambda value: _network(value, SERVICE_PREFIXES, "a cluster's services"))]
ConnectionArn = Annotated[
    str,
    _formed(
        r"arn:aws:code(connections|star-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}",
        "connection",
        "arn:aws:codeconnections:eu-central-1:111122223333:connection/12345678-1234-1234-1234-123456789012",
    ),
]
"""A connection to GitHub."""
Outside = Annotated[str, AfterValidator(_outside)]
"""A network outside, which is not everyone."""
VpcId = Annotated[str, _formed(r"vpc-[0-9a-f]{8,17}", "id of a VPC", "vpc-0a1b2c3d4e5f60718")]
SubnetId = Annotated[str, _formed(r"subnet-[0-9a-f]{8,17}", "id of a subnet", "subnet-0a1b2c3d4e5f60718")]
ZoneId = Annotated[str, _formed(r"Z[0-9A-Z]{8,31}", "id of a hosted zone", "Z0123456789ABCDEFGHIJ")]
BucketName = Annotated[
    str,
    _formed(
        r"(?!xn--|sthree-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        "bucket (3 to 63 small letters, digits, hyphens)",
        "slipway-prod-models-111122223333",
    ),
]
ClusterName = Annotated[
    str, _formed(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", "cluster (at most 40 small letters, digits, hyphens)", "slipway-prod")
]
ClusterVersion = Annotated[str, _formed(r"1\.\d\d", "version of EKS, in quotes", "1.35")]
AddonVersion = Annotated[str, _formed(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "version of an add-on", "v0.8.0-eksbuild.2")]
Repository = Annotated[str, _formed(r"[\w.-]+/[\w.-]+", "repository on GitHub (owner/name)", "example/slipway")]
CachePrefix = Annotated[str, _formed(r"[a-z0-9]+([._-][a-z0-9]+)*", "prefix of cached repositories", "quay")]
Email = Annotated[str, _formed(r"[^@\s]+@[^@\s]+\.[^@\s]+", "e-mail address", "models@example.com")]
PoolName = Annotated[
    str,
    _formed(
        r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?", "name of a pool (at most 32 small letters, digits, hyphens)", "general"
    ),
]
Lifetime = Annotated[str, _formed(r"[1-9]\d{0,2}h", "lifetime in hours", "336h")]
