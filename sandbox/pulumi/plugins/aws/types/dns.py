"""Names and certificates: Route 53 and ACM."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.row import Call, Of, Row, Wait, declared
from sandbox.pulumi.plugins.aws.tagging import ACM, ROUTE53
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Value


class Network(Inputs):
    """A network that resolves a private zone."""

    vpc_id: str
    vpc_region: str | None = None


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
    }
    batch = {"changes": [{"action": action, "resourceRecordSet": record}]}
    return Call("ChangeResourceRecordSets", hostedZoneId="$zoneId", changeBatch=batch)


ROWS: Final[Mapping[str, Row]] = {
    "aws:acm/certificate:Certificate": Row(
        service="acm",
        inputs=declared("domainName! validationMethod! keyAlgorithm~ options~ subjectAlternativeNames~"),
        told="notAfter notBefore renewalEligibility status type",
        outputs={
            "arn": "certificateArn",
            "domainValidationOptions": (
                "domainValidationOptions[].{domainName: domainName, resourceRecordName: resourceRecord.name,"
                " resourceRecordType: resourceRecord.type, resourceRecordValue: resourceRecord.value}"
            ),
            "validationMethod": "domainValidationOptions[0].validationMethod",
        },
        create=Call("RequestCertificate"),
        id="certificateArn",
        lists=Call("ListCertificates", at="certificateSummaryList[].certificateArn"),
        reads=(Call("DescribeCertificate", at="certificate"),),
        updates=(Call("UpdateCertificateOptions", only="options"),),
        deletes=(Call("DeleteCertificate"),),
        gone=("ResourceNotFoundException",),
        tagging=ACM,
        ready=Wait(at="domainValidationOptions[0].resourceRecord.name != `null`", done=(True,)),
    ),
    # Nothing of AWS's: it is there as soon as the certificate has been issued.
    "aws:acm/certificateValidation:CertificateValidation": Row(
        service="acm",
        inputs=declared("certificateArn!", validationRecordFqdns=Of(list[str])),
        create=Call("DescribeCertificate"),
        id="{certificateArn}",
        reads=(Call("DescribeCertificate", at="[certificate][?status == 'ISSUED'] | [0]"),),
        gone=("ResourceNotFoundException",),
        ready=Wait(
            asking="DescribeCertificate",
            at="certificate.status",
            done=("ISSUED",),
            failed=("FAILED", "VALIDATION_TIMED_OUT", "REVOKED"),
        ),
        replaces=("validationRecordFqdns",),
    ),
    "aws:route53/record:Record": Row(
        service="route53",
        inputs=declared("name! type! zoneId! ttl", allowOverwrite=Of(bool), records=Of(list[str])),
        names={"ttl": "TTL"},
        outputs={"allowOverwrite": "", "fqdn": "name", "records": "resourceRecords"},
        create=_changed("$allowOverwrite && 'UPSERT' || 'CREATE'"),
        id="{zoneId}_{name}_{type}",
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
    ),
    "aws:route53/zone:Zone": Row(
        service="route53",
        inputs=declared("name! vpcs.vpcRegion~", comment=MANAGED, forceDestroy=False, vpcs=Of(list[Network])),
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
        lists=Call("ListHostedZones", at="hostedZones[].id"),
        reads=(Call("GetHostedZone"),),
        updates=(Call("UpdateHostedZoneComment", only="comment"),),
        deletes=(Call("DeleteHostedZone"),),
        gone=("NoSuchHostedZone",),
        same={"name": _same_name},
        tagging=ROUTE53,
        everywhere=True,
    ),
}
