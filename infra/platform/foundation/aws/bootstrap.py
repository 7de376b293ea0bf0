"""What has to be in an account before its first stack: where Pulumi keeps its state, and the key of its secrets.

`python -m infra.platform.foundation.aws.bootstrap infra/platform/Pulumi.staging.yaml` makes both, or repairs them, and
prints the commands that use them. No stack declares them: a stack that kept its own state would lose it with itself.

The bucket keeps every version of every file, refuses plain text, and is nobody else's. Pulumi itself keeps two updates
of one stack apart, by a lock beside its state; who finds a dead one removes it with `pulumi cancel`.
"""

# boto3 is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from infra.platform.foundation.aws import preflight
from infra.platform.foundation.aws.config import Aws

Client: TypeAlias = Callable[[str], Any]
"""Makes the client of a service."""

ALIAS: Final = "alias/slipway-pulumi"
KEPT_DAYS: Final = 365
"""Days that a state stays readable after a newer one took its place."""
_ABSENT: Final = ("NoSuchBucket", "404", "NotFound")
_TAGS: Final[Mapping[str, str]] = {"managed-by": "slipway-bootstrap"}


def state_bucket(account: str) -> str:
    """The bucket in which an account has the state of its stacks."""
    return f"slipway-state-{account}"


class BootstrapError(Exception):
    """It can't be made; the message says what, with its name, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where Pulumi keeps state and secrets.

    Attributes:
        bucket: the bucket's name.
        region: where it is.
    """

    bucket: str
    region: str

    @property
    def backend(self) -> str:
        """For `pulumi login`."""
        return f"s3://{self.bucket}?region={self.region}"

    @property
    def secrets(self) -> str:
        """For `pulumi stack init --secrets-provider`."""
        return f"awskms://{ALIAS}?region={self.region}"


def bootstrap(config: Aws, client: Client) -> Place:
    """Make the bucket and the key, or bring them to what they have to be. Run again, it changes nothing.

    Args:
        config: the stack's `foundation.aws`: whose account, and where.
        client: makes the client of a service.

    Raises:
        BootstrapError: this is another account, or the bucket's name is somebody else's.
        BotoCoreError, ClientError: AWS doesn't answer, or refuses.
    """
    found = client("sts").get_caller_identity()
    if found["Account"] != config.account:
        raise BootstrapError(
            f"the stack is for account {config.account}, but you are {found['Arn']}: sign in there, or name this one"
        )
    place = Place(bucket=state_bucket(config.account), region=config.region)
    key = _key(client("kms"))
    _bucket(client("s3"), place, key)
    return place


def _key(kms: Any) -> str:
    """The ARN of the key, which is made if there is none of its name."""
    aliases = [one for page in kms.get_paginator("list_aliases").paginate() for one in page["Aliases"]]
    found = next((one["TargetKeyId"] for one in aliases if one["AliasName"] == ALIAS), None)
    if found is None:
        tags = [{"TagKey": key, "TagValue": value} for key, value in _TAGS.items()]
        found = kms.create_key(Description="Secrets and state of Pulumi's stacks", Tags=tags)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=ALIAS, TargetKeyId=found)
    kms.enable_key_rotation(KeyId=found)
    return str(kms.describe_key(KeyId=found)["KeyMetadata"]["Arn"])


def _bucket(s3: Any, place: Place, key: str) -> None:
    name = place.bucket
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ABSENT:
            raise BootstrapError(
                f"bucket {name} is taken by another account, or hidden from you: ask who has it ({error})"
            ) from None
        # The first region of all takes no name of it.
        where = {} if place.region == "us-east-1" else {"LocationConstraint": place.region}
        s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
    of = {"Bucket": name}
    s3.put_public_access_block(
        **of,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    s3.put_bucket_ownership_controls(**of, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3.put_bucket_versioning(**of, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    s3.put_bucket_encryption(**of, ServerSideEncryptionConfiguration={"Rules": [rule]})
    tidy = {
        "ID": "tidy",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(**of, LifecycleConfiguration={"Rules": [tidy]})
    s3.put_bucket_policy(**of, Policy=json.dumps(_policy(name)))
    tags = [{"Key": tag, "Value": value} for tag, value in _TAGS.items()]
    s3.put_bucket_tagging(**of, Tagging={"TagSet": tags})


def _policy(bucket: str) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket}"
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "DenyPlainText", **everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Sid": "DenyOldTls", **everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        ],
    }


def main(arguments: list[str]) -> int:
    """The command; returns the exit code."""
    try:
        (path,) = arguments
        config = preflight.read(Path(path))
    except (ValueError, OSError, LookupError, TypeError, ValidationError, yaml.YAMLError) as error:
        print(f"say the path of a platform's stack on AWS, like {preflight.LIKE}: {error}", file=sys.stderr)
        return 2
    try:
        place = bootstrap(config, preflight.clients(config.region))
    except (BootstrapError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"pulumi login '{place.backend}'")
    print(f"pulumi stack init STACK --secrets-provider '{place.secrets}'")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
