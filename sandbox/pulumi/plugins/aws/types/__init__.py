"""The table of resource types. A further type is a further row."""

from collections.abc import Iterator, Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.by_row import by_row
from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.aws.row import Row
from sandbox.pulumi.plugins.aws.types import dns, ec2, ecr, eks, iam, kms, s3, watching
from sandbox.pulumi.plugins.aws.types.bucket import BUCKET

ROWS: Final[Mapping[str, Row]] = {
    **dns.ROWS,
    **ec2.ROWS,
    **ecr.ROWS,
    **eks.ROWS,
    **iam.ROWS,
    **kms.ROWS,
    **s3.ROWS,
    **watching.ROWS,
}
"""By token."""


class Types(Mapping[str, ResourceType]):
    """Types by token, each made of its row when it is first asked for: a program has a few, and EC2's model is large.

    Args:
        rows: by token.
        coded: types that are no rows.
    """

    def __init__(self, rows: Mapping[str, Row], coded: Mapping[str, ResourceType]) -> None:
        self._rows = rows
        self._made = dict(coded)

    def __getitem__(self, token: str) -> ResourceType:
        if token not in self._made:
            self._made[token] = by_row(self._rows[token])  # twice, if two threads ask at once: it does no harm
        return self._made[token]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._rows, **self._made})

    def __len__(self) -> int:
        return len({**self._rows, **self._made})


TYPES: Final = Types(ROWS, {"aws:s3/bucket:Bucket": BUCKET})
