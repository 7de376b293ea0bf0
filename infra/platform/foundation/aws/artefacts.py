"""What pipelines touch that no stack declares: Pulumi's state and secrets, models with their ledgers, images."""

from dataclasses import dataclass

import pulumi

from infra.platform.foundation.aws.bootstrap import ALIAS, state_bucket
from infra.platform.policy_document import Statement, allow, allow_adding

_PULLED = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSHED = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")


@dataclass(frozen=True, kw_only=True)
class Artefacts:
    """Where they are.

    Attributes:
        account: the account, which has its state in a bucket of its own (`bootstrap`).
        region: the region.
        bucket: ARN of the bucket of models and ledgers.
        key: ARN of the key that encrypts it.
        repository: ARN of the service's repository of images.
    """

    account: str
    region: str
    bucket: pulumi.Input[str]
    key: pulumi.Input[str]
    repository: pulumi.Input[str]

    def read(self) -> list[Statement]:
        """What whoever previews a stack asks, and whoever copies from it what it has proven."""
        return [
            allow("State", ["s3:GetObject"], self._state),
            # A preview decrypts what its stack keeps secret. The key is known by its name alone: no stack declares it.
            allow(
                "Secrets",
                ["kms:Decrypt"],
                f"arn:aws:kms:{self.region}:{self.account}:key/*",
                {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ALIAS}},
            ),
            allow("Models", ["s3:GetObject"], self._models),
            allow("Decrypt", ["kms:Decrypt"], self.key),
            allow("List", ["s3:ListBucket"], [f"arn:aws:s3:::{state_bucket(self.account)}", self.bucket]),
            allow("SignIn", ["ecr:GetAuthorizationToken"], "*"),
            allow("Pull", _PULLED, self.repository),
        ]

    def write(self) -> list[Statement]:
        """What a release writes, beside that: state, a version that wasn't there, an entry of a ledger, an image."""
        return [
            allow("KeepState", ["s3:PutObject", "s3:DeleteObject"], self._state),
            allow("Encrypt", ["kms:GenerateDataKey"], self.key),
            allow_adding("Publish", self._models),
            allow("Push", _PUSHED, self.repository),
        ]

    @property
    def _state(self) -> str:
        return f"arn:aws:s3:::{state_bucket(self.account)}/*"

    @property
    def _models(self) -> list[pulumi.Input[str]]:
        return [pulumi.Output.format("{0}/{1}/*", self.bucket, folder) for folder in ("models", "releases")]
