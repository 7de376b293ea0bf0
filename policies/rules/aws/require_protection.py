"""What holds data or carries everything else isn't deleted by a slip."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import PolicyResource

from policies.cloud import of_stack
from policies.rule import stack_rule

_TYPES: Final = (
    "aws:ec2/vpc:Vpc",
    "aws:ecr/repository:Repository",
    "aws:eks/cluster:Cluster",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
)


@stack_rule(of_stack(*_TYPES))
def require_protection(resource: PolicyResource) -> Iterator[str]:
    """Buckets, keys, clusters, repositories and networks refuse to be deleted."""
    if not resource.opts.protect:
        yield f"{resource.name!r} is not protected: declare it with protect=True"
    if resource.resource_type == "aws:eks/cluster:Cluster" and resource.props.get("deletionProtection") is not True:
        yield f"cluster {resource.name!r} has no deletionProtection, so AWS deletes it for anybody: set it to true"
