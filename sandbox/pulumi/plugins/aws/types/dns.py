"""Names and certificates: Route 53 and ACM."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Of, Row, Wait
from sandbox.pulumi.plugins.aws.tagging import ACM, ROUTE53
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Value


class Network(Inputs):
    """A network that resolves a private zone."""

    vpc_id: str
    vpc_region: str | None = None


class Alias(Inputs):
    """What a record stands for, in AWS."""

    name: str
    zone_id: str
    evaluate_target_health: bool


MANAGED: Final = "Managed by Pulumi"


def _same_name(one: Value, other: Value) -> bool:
    return one.lower().rstrip(".") == other.lower().rstrip(".")


def _changed(action: str) -> Call:
    """Route 53 changes records in batches, so this is one of one."""
    record = {
        "name": "$name",
        "type": "$type",
        "ttl": "$ttl",
        "resourceRecords": "$records",
        "aliasTarget": "$aliases[0].{dnsName: name, hostedZoneId: zoneId, evaluateTargetHealth: evaluateTargetHealth}",
    }
    batch = {"changes": [{"action": action, "resourceRecordSet": record}]}
    return Call("ChangeResourceRecordSets", hostedZoneId="$zoneId", changeBatch=batch)


ZONE: Final = Row(
    service="route53",
    inputs={
        "comment": MANAGED,
        "forceDestroy": False,
        "name": REQUIRED,
        "tags": OPTIONAL,
        "vpcs": Of(list[Network]),
        "vpcs.vpcRegion": ADOPTED,
    },
    outputs={
        "arn": "arn:{partition}:route53:::hostedzone/{id}",
        "comment": "hostedZone.config.comment",
        "name": "hostedZone.name",
        "nameServers": "sort(delegationSet.nameServers || `[]`)",
        "primaryNameServer": "delegationSet.nameServers[0]",
        "vpcs": "vpcs[].{vpcId: vpcId, vpcRegion: vpcRegion}",
        "zoneId": "id",
    },
    names={"vpcs": "VPCs", "vpc": "VPC", "vpcId": "VPCId", "vpcRegion": "VPCRegion"},
    create=Call(
        "CreateHostedZone",
        callerReference="$token",
        hostedZoneConfig={"comment": "$comment", "privateZone": "$vpcs && `true`"},
        vpc="$vpcs[0].{vpcId: vpcId, vpcRegion: vpcRegion || $region}",
    ),
    id="hostedZone.id",
    prefix="/hostedzone/",
    key={"id": "id"},
    reads=(Call("GetHostedZone"),),
    updates=(Call("UpdateHostedZoneComment", only="comment"),),
    deletes=(Call("DeleteHostedZone"),),
    gone=("NoSuchHostedZone",),
    same={"name": _same_name},
    tagging=ROUTE53,
    everywhere=True,
)

RECORD: Final = Row(
    service="route53",
    inputs={
        "aliases": Of(list[Alias]),
        "allowOverwrite": Of(bool),
        "name": REQUIRED,
        "records": Of(list[str]),
        "ttl": OPTIONAL,
        "type": REQUIRED,
        "zoneId": REQUIRED,
    },
    names={"ttl": "TTL", "dnsName": "DNSName"},
    outputs={
        "aliases": (
            "aliasTarget && [{name: aliasTarget.dnsName, zoneId: aliasTarget.hostedZoneId,"
            " evaluateTargetHealth: aliasTarget.evaluateTargetHealth}]"
        ),
        "allowOverwrite": "",
        "fqdn": "name",
        "records": "resourceRecords",
    },
    create=_changed("$allowOverwrite && 'UPSERT' || 'CREATE'"),
    id="{zoneId}_{name}_{type}",
    key={"name": "name", "type": "type", "zoneId": "zoneId"},
    reads=(
        Call(
            "ListResourceRecordSets",
            at="resourceRecordSets[?type == $type && (name == $name || name == join('', [$name, '.']))] | [0]",
            hostedZoneId="$zoneId",
        ),
    ),
    updates=(_changed("UPSERT"),),
    deletes=(_changed("DELETE"),),
    gone=("NoSuchHostedZone",),
    same={"name": _same_name},
    delete_first=True,
    everywhere=True,
)

CERTIFICATE: Final = Row(
    service="acm",
    inputs={
        "domainName": REQUIRED,
        "keyAlgorithm": ADOPTED,
        "options": ADOPTED,
        "subjectAlternativeNames": ADOPTED,
        "tags": OPTIONAL,
        "validationMethod": REQUIRED,
    },
    outputs={
        "arn": "certificateArn",
        "domainValidationOptions": (
            "domainValidationOptions[].{domainName: domainName, resourceRecordName: resourceRecord.name,"
            " resourceRecordType: resourceRecord.type, resourceRecordValue: resourceRecord.value}"
        ),
        "notAfter": "notAfter",
        "notBefore": "notBefore",
        "renewalEligibility": "renewalEligibility",
        "status": "status",
        "type": "type",
        "validationMethod": "domainValidationOptions[0].validationMethod",
    },
    create=Call("RequestCertificate"),
    id="certificateArn",
    key={"certificateArn": "id"},
    reads=(Call("DescribeCertificate", at="certificate"),),
    updates=(Call("UpdateCertificateOptions", only="options"),),
    deletes=(Call("DeleteCertificate"),),
    gone=("ResourceNotFoundException",),
    tagging=ACM,
    ready=Wait(at="domainValidationOptions[0].resourceRecord.name != `null`", done=(True,)),
)

# Nothing of AWS's: it is there as soon as the certificate has been issued.
CERTIFICATE_VALIDATION: Final = Row(
    service="acm",
    inputs={"certificateArn": REQUIRED, "validationRecordFqdns": Of(list[str])},
    create=Call("DescribeCertificate"),
    id="{certificateArn}",
    key={"certificateArn": "certificateArn"},
    reads=(Call("DescribeCertificate", at="[certificate][?status == 'ISSUED'] | [0]"),),
    gone=("ResourceNotFoundException",),
    ready=Wait(
        asking="DescribeCertificate",
        at="certificate.status",
        done=("ISSUED",),
        failed=("FAILED", "VALIDATION_TIMED_OUT", "REVOKED"),
    ),
    replaces=("validationRecordFqdns",),
)

ROWS: Final[Mapping[str, Row]] = {
    "aws:acm/certificate:Certificate": CERTIFICATE,
    "aws:acm/certificateValidation:CertificateValidation": CERTIFICATE_VALIDATION,
    "aws:route53/record:Record": RECORD,
    "aws:route53/zone:Zone": ZONE,
}
