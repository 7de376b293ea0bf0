"""Keys."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Row
from sandbox.pulumi.plugins.aws.tagging import KMS
from sandbox.pulumi.plugins.wire import Value

GONE: Final = ("NotFoundException",)

KEY: Final = Row(
    service="kms",
    inputs={
        "deletionWindowInDays": 30,
        "description": ADOPTED,
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
        "policy": ADOPTED,
        "rotationPeriodInDays": ADOPTED,
        "tags": OPTIONAL,
    },
    names={"isEnabled": "Enabled", "enableKeyRotation": "KeyRotationEnabled"},
    outputs={"arn": "arn", "keyId": "keyId"},
    create=Call("CreateKey"),
    id="keyMetadata.keyId",
    key={"keyId": "id"},
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
    deletes=(
        Call(
            "ScheduleKeyDeletion",
            pendingWindowInDays="$deletionWindowInDays",
            absent=("KMSInvalidStateException",),  # it is scheduled already
        ),
    ),
    gone=GONE,
    ended={"keyState": ("PendingDeletion", "PendingReplicaDeletion")},
    documents=("policy",),
    tagging=KMS,
)


def _same_key(one: Value, other: Value) -> bool:
    return one.rpartition("/")[2] == other.rpartition("/")[2]


ALIAS: Final = Row(
    service="kms",
    inputs={"name": OPTIONAL, "targetKeyId": REQUIRED},
    names={"name": "AliasName"},
    outputs={
        "arn": "aliasArn",
        "targetKeyArn": "arn:{partition}:kms:{region}:{account}:key/{targetKeyId}",
    },
    create=Call("CreateAlias"),
    id="{name}",
    key={"name": "name"},
    reads=(Call("ListAliases", at="aliases[?name == $name] | [0]"),),
    updates=(Call("UpdateAlias"),),
    deletes=(Call("DeleteAlias"),),
    gone=GONE,
    exists="AlreadyExistsException",
    autoname=Autoname("name", 256, prefix="alias/"),
    same={"targetKeyId": _same_key},
)

ROWS: Final[Mapping[str, Row]] = {"aws:kms/alias:Alias": ALIAS, "aws:kms/key:Key": KEY}
