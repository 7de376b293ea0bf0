"""S3 buckets with what stands beside them: from its version 7 on, the AWS provider has a resource for each setting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_policy import PolicyResource

from policies.props import Props, across


@dataclass(frozen=True)
class Bucket:
    """A bucket that a stack declares.

    Attributes:
        resource: the bucket.
        stack: what else the stack declares.
    """

    resource: PolicyResource
    stack: Sequence[PolicyResource]

    @property
    def urn(self) -> str:
        """The bucket's URN."""
        return self.resource.urn

    def beside(self, kind: str) -> Iterator[Props]:
        """What the stack says of this bucket by resources of a kind, like `BucketVersioning`."""

        def mine(one: PolicyResource) -> Iterator[Props]:
            if _kind(one) == kind and self._is_meant_by(one):
                yield one.props

        return across(mine, self.stack)

    def _is_meant_by(self, one: PolicyResource) -> bool:
        # Its id isn't known before it exists; what a value comes from is.
        sources = [source for source in one.property_dependencies.get("bucket", ()) if _kind(source) == "Bucket"]
        if sources:
            return any(source.urn == self.urn for source in sources)
        name = one.props.get("bucket")
        return name is not None and name == self.resource.props.get("bucket")

    def __str__(self) -> str:
        return f"bucket {self.resource.name!r}"


def buckets(stack: Sequence[PolicyResource]) -> Iterator[Bucket]:
    """The buckets of a stack."""
    return (Bucket(one, stack) for one in stack if _kind(one) == "Bucket")


def _kind(resource: PolicyResource) -> str:
    """A kind of S3, whose deprecated twins end in `V2`; empty for anything else."""
    package, _, kind = resource.resource_type.rpartition(":")
    return kind.removesuffix("V2") if package.startswith("aws:s3/") else ""
