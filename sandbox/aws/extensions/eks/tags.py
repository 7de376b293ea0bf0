"""Tags of clusters and of what belongs to them, by ARN."""

from collections.abc import Iterator
from typing import Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.handlers import instead

_ARNS: Final = ("arn", "accessEntryArn", "addonArn", "associationArn")


@instead("eks", "TagResource")
def tag(call: Call) -> None:
    """Add tags, or change their values."""
    _tags(call).update(call.parameters["tags"])


@instead("eks", "UntagResource")
def untag(call: Call) -> None:
    """Remove tags."""
    tags = _tags(call)
    for key in call.parameters["tagKeys"]:
        tags.pop(key, None)


@instead("eks", "ListTagsForResource")
def tags_of(call: Call) -> Record:
    """Tell the tags."""
    return {"tags": _tags(call)}


def _tags(call: Call) -> dict[str, str]:
    wanted = call.parameters["resourceArn"]
    for one in _tagged(call):
        if wanted in {one.get(key) for key in _ARNS}:
            return one["tags"]
    raise Refused("NotFoundException", f"Resource {wanted} was not found")


def _tagged(call: Call) -> Iterator[Record]:
    for made in records.clusters(call).values():
        yield made["cluster"]
        yield from (one["entry"] for one in made["entries"].values())
        yield from made["addons"].values()
        yield from made["associations"].values()
