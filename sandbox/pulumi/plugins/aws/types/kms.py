"""Keys."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Row, declared
from sandbox.pulumi.plugins.aws.tagging import KMS
from sandbox.pulumi.plugins.wire import Value

GONE: Final = ("NotFoundException",)
SCHEDULED: Final = "KMSInvalidStateException"  # for deletion


def _same_key(one: Value, other: Value) -> bool:
    return one.rpartition("/")[2] == other.rpartition("/")[2]


ROWS: Final[Mapping[str, Row]] = {
    "aws:kms/alias:Alias": Row(
        service="kms",
        inputs=declared("targetKeyId! name"),
        names={"name": "AliasName"},
        outputs={"arn": "aliasArn", "targetKeyArn": "arn:{partition}:kms:{region}:{account}:key/{targetKeyId}"},
        create=Call("CreateAlias"),
        id="{name}",
        reads=(Call("ListAliases", at="aliases[?name == $name] | [0]"),),
        updates=(Call("UpdateAlias"),),
        deletes=(Call("DeleteAlias"),),
        gone=GONE,
        exists="AlreadyExistsException",
        autoname=Autoname("name", 256, prefix="alias/"),
        same={"targetKeyId": _same_key},
    ),
    "aws:kms/key:Key": Row(
        service="kms",
        inputs=declared(
            "description~ policy~ rotationPeriodInDays~",
            deletionWindowInDays=30,
            enableKeyRotation=False,
            isEnabled=True,
            keyUsage="ENCRYPT_DECRYPT",
        ),
        names={"isEnabled": "Enabled", "enableKeyRotation": "KeyRotationEnabled"},
        told="arn keyId",
        create=Call("CreateKey"),
        id="keyMetadata.keyId",
        lists=Call("ListKeys", at="keys[].keyId"),
        reads=(
            Call("DescribeKey", at="keyMetadata"),
            Call("GetKeyPolicy", policyName="default"),
            Call("GetKeyRotationStatus"),
        ),
        updates=(
            Call("EnableKey", only="isEnabled", when="isEnabled"),
            Call("UpdateKeyDescription", only="description"),
            Call("PutKeyPolicy", only="policy", policyName="default"),
            Call("EnableKeyRotation", only="enableKeyRotation rotationPeriodInDays", when="enableKeyRotation"),
            Call("DisableKeyRotation", only="enableKeyRotation", when="!enableKeyRotation"),
            Call("DisableKey", only="isEnabled", when="!isEnabled"),
        ),
        deletes=(Call("ScheduleKeyDeletion", pendingWindowInDays="$deletionWindowInDays", absent=(SCHEDULED,)),),
        gone=GONE,
        ended={"keyState": ("PendingDeletion", "PendingReplicaDeletion")},
        documents=("policy",),
        tagging=KMS,
    ),
}
