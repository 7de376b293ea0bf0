"""The image registry: our own image's repository, and third-party images pulled through.

A tag of ours names one image for ever. What is cached keeps its upstream's tags, which may move; all of it is named by
digest in the stacks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws.config import Cache
from infra.platform.foundation.aws.config import Registry as RegistryConfig

REPOSITORY: Final = "slipway/service"
"""Where the service's image is, in the registry."""

_UPSTREAMS: Final = {"docker.io": "registry-1.docker.io"}
_UNTAGGED_DAYS: Final = 14
_CACHED: Final = 20


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """What there is to say of it.

    Attributes:
        config: the stack's `registry`.
        account: the account.
        region: the region.
        key: ARN of the key that encrypts our images.
        force_destroy: whether destroying the stack may delete images.
    """

    config: RegistryConfig
    account: str
    region: str
    key: pulumi.Input[str]
    force_destroy: bool


class Registry(pulumi.ComponentResource):
    """Repository, caches, and the scan of what gets there.

    Attributes:
        address: the registry, known when the repository is there.
        repository: ARN of the service's repository.
    """

    address: pulumi.Output[str]
    repository: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Registry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        repository = aws.ecr.Repository(
            name,
            name=REPOSITORY,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key}],
            force_delete=args.force_destroy,
            opts=child,
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=_lifecycle(args.config.keep),
            opts=child,
        )
        aws.ecr.RegistryScanningConfiguration(
            f"{name}-scanning",
            scan_type="BASIC",
            rules=[
                {
                    "scan_frequency": "SCAN_ON_PUSH",
                    "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
                }
            ],
            opts=child,
        )
        for prefix, cache in args.config.caches.items():
            # ECR makes a repository with the first image that somebody asks for: like this.
            template = aws.ecr.RepositoryCreationTemplate(
                f"{name}-{prefix}",
                prefix=prefix,
                description=f"Images of {cache.upstream}",
                applied_fors=["PULL_THROUGH_CACHE"],
                image_tag_mutability="MUTABLE",
                encryption_configurations=[{"encryption_type": "AES256"}],
                lifecycle_policy=_lifecycle(_CACHED),
                opts=child,
            )
            aws.ecr.PullThroughCacheRule(
                f"{name}-{prefix}",
                ecr_repository_prefix=template.prefix,
                upstream_registry_url=_UPSTREAMS.get(cache.upstream, cache.upstream),
                credential_arn=cache.credential,
                # A prefix has one rule: another upstream can't come before the former one is gone.
                opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(delete_before_replace=True)),
            )

        self.address = repository.repository_url.apply(lambda url: url.removesuffix(f"/{REPOSITORY}"))
        self.repository = repository.arn
        self.register_outputs({})


def fetching(caches: Mapping[str, Cache], account: str, region: str) -> list[policy_document.Statement]:
    """What whoever pulls a third-party image for the first time may do: have ECR fetch it into a new repository."""
    where = [f"arn:aws:ecr:{region}:{account}:repository/{prefix}/*" for prefix in caches]
    return (
        [policy_document.allow("Fetch", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], where)]
        if where
        else []
    )


def _lifecycle(keep: int) -> str:
    def rule(priority: int, selection: Mapping[str, Any]) -> dict[str, Any]:
        return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}

    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": _UNTAGGED_DAYS,
    }
    return json.dumps(
        {
            "rules": [
                rule(1, untagged),
                rule(2, {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep}),
            ]
        }
    )
