"""What holds the only copy of something isn't emptied on the way."""

from collections.abc import Iterator
from typing import Final

from policies.props import Props
from policies.rule import rule

_FIELDS: Final = {"Bucket": "forceDestroy", "BucketV2": "forceDestroy", "Repository": "forceDelete"}


def _stores(resource_type: str, props: Props) -> Iterator[tuple[str, Props]]:
    package, _, kind = resource_type.rpartition(":")
    if package.startswith(("aws:s3/", "aws:ecr/")) and kind in _FIELDS:
        yield _FIELDS[kind], props


@rule(_stores)
def forbid_force_destroy(store: tuple[str, Props]) -> Iterator[str]:
    """No bucket and no registry is deleted with what it still holds."""
    field, props = store
    if props.get(field):
        yield f"it sets {field}: true, so `pulumi destroy` would delete what it holds: set it to false"
