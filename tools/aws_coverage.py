"""`python -m tools.aws_coverage`: write docs/aws-coverage.md, which says what stands behind each call to AWS.

The types and their calls are those of the aws plugin's table, and who answers them is what the sandbox's AWS says of
itself. What nobody could try is listed here, each with its reason; tests hold both lists to what really happens.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from sandbox.aws import extensions
from sandbox.aws.handlers import Handlers
from sandbox.pulumi.plugins.aws.invokes import INVOKES
from sandbox.pulumi.plugins.aws.types import ROWS, TYPES

PAGE: Final = Path(__file__).parents[1] / "docs" / "aws-coverage.md"

BUCKET: Final = "aws:s3/bucket:Bucket"
CODED: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    BUCKET: (
        "s3",
        frozenset(
            {
                "CreateBucket",
                "DeleteBucket",
                "DeleteBucketTagging",
                "DeleteObjects",
                "GetBucketLocation",
                "GetBucketTagging",
                "HeadBucket",
                "ListObjectVersions",
                "PutBucketTagging",
            }
        ),
    ),
}
"""The service and the calls of types that are code, and no rows of the table."""

NEVER_RUN: Final[Mapping[str, Mapping[str, str]]] = {
    "aws:acm/certificate:Certificate": {"UpdateCertificateOptions": "which moto lacks, and no program makes"},
}
"""By type, calls that the table has and no test makes, each with the reason."""

MOCKED: Final[Mapping[str, str]] = {
    "aws:codebuild/project:Project": "the pipelines' runner in the network; in no committed stack",
    "aws:codebuild/webhook:Webhook": "the pipelines' runner in the network; in no committed stack",
}
"""Types that programs declare under Pulumi's mocks alone, each with the reason."""

HEAD: Final = """# What answers for AWS here

Written by `python -m tools.aws_coverage`; a test holds it to the code.

Everything that the programs declare on AWS is made here by the real engine, through our stand-in for the `aws` plugin
(`sandbox/pulumi/plugins/aws`), on our own AWS (`sandbox/aws`), which is moto and what it lacks. So this shows that the
programs, their order, their changes and their ends are right as far as that AWS is like the real one. It does not show
that the official plugin makes the same calls, nor what AWS does that nobody here knows of: `make aws-smoke` does.

- **moto**: moto's answer as it is.
- **with additions**: moto's, with fields that it drops kept, or refusals that it lacks.
- **own**: answered by this project's server, because moto can't.
- **never run**: made by nobody here, with the reason below.
"""


def calls(token: str) -> tuple[str, frozenset[str]]:
    """The service of a type, and the operations that it calls."""
    if token in CODED:
        return CODED[token]
    row = ROWS[token]
    waits = [call.then for call in row.calls if call.then] + ([row.ready] if row.ready else [])
    asked = {wait.asking for wait in waits if wait.asking}
    return row.service, frozenset({call.operation for call in row.calls} | asked)


def page() -> str:
    """The page's text."""
    handlers = Handlers(extensions.MODULES)
    own, named = set(handlers.own), set(handlers.named)
    rows: list[str] = []
    for token in sorted(TYPES):
        service, made = calls(token)
        never = made & NEVER_RUN.get(token, {}).keys()
        ours = {operation for operation in made if (service, operation) in own}
        added = {operation for operation in made if (service, operation) in named} - ours
        columns = (made - ours - added - never, added - never, ours - never, never)
        rows.append(f"| {token.rpartition(':')[2]} | {service} | {' | '.join(_told(one) for one in columns)} |")
    return "\n".join(
        (
            HEAD,
            "## Types\n",
            "| type | service | moto | with additions | own | never run |",
            "|---|---|---|---|---|---|",
            *rows,
            "\n## Functions\n",
            ", ".join(f"`{token.rpartition(':')[2]}`" for token in sorted(INVOKES)) + ".",
            "\n## Never run\n",
            *(
                f"- {token.rpartition(':')[2]}: {operation}, {reason}."
                for token, found in NEVER_RUN.items()
                for operation, reason in found.items()
            ),
            "\n## Declared under mocks alone\n",
            *(f"- {token.rpartition(':')[2]}: {reason}." for token, reason in MOCKED.items()),
            "",
        )
    )


def _told(operations: Iterable[str]) -> str:
    return ", ".join(sorted(operations))


if __name__ == "__main__":
    PAGE.write_text(page())
