"""Pipelines: GitHub's jobs sign in as a role that deploys or as one that only looks, and no secret is anywhere.

Who deploys is a job of an environment, whose approval GitHub holds. Who looks is a job of a pull request, or of an
environment that may read: the nightly check's, or production's, which copies what staging has proven.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws import rights, trust
from infra.platform.foundation.aws.artefacts import Artefacts
from infra.platform.foundation.aws.config import Github
from infra.platform.foundation.aws.eks_cluster import admitted
from infra.platform.foundation.aws.role import Role, RoleArgs

LONGEST_JOB: Final = 5 * 3600
"""Seconds that a job may take; a release waits for what its canary is judged by."""

_ISSUER: Final = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True)
class PipelinesArgs:
    """Whose pipelines.

    Attributes:
        github: the stack's `access.github`.
        artefacts: what they read and write beside the stacks' resources.
    """

    github: Github
    artefacts: Artefacts


class Pipelines(pulumi.ComponentResource):
    """The identity provider and both roles.

    Attributes:
        deploy: ARN of the role that deploys.
        preview: ARN of the role that looks.
    """

    deploy: pulumi.Output[str]
    preview: pulumi.Output[str]

    def __init__(self, name: str, args: PipelinesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Pipelines", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        issuer = aws.iam.OpenIdConnectProvider(
            f"{name}-github", url=_ISSUER, client_id_lists=["sts.amazonaws.com"], opts=child
        )

        def role(kind: str, description: str, subjects: Sequence[str], *, writing: bool) -> pulumi.Output[str]:
            found = Role(
                f"slipway-{kind}",
                RoleArgs(
                    description=description,
                    trust=[
                        trust.web_identity(issuer.arn, _ISSUER, f"repo:{args.github.repository}:{subject}")
                        for subject in subjects
                    ],
                    session_seconds=LONGEST_JOB if writing else None,
                ),
                opts=child,
            )
            where = args.artefacts
            parts = {
                **rights.policies(where.account, where.region, writing=writing),
                "artefacts": [*where.read(), *(where.write() if writing else [])],
            }
            attached = [
                aws.iam.RolePolicyAttachment(
                    f"slipway-{kind}-{part}",
                    role=found.name,
                    policy_arn=aws.iam.Policy(
                        f"slipway-{kind}-{part}", policy=policy_document.document(*statements), opts=child
                    ).arn,
                    opts=child,
                )
                for part, statements in parts.items()
            ]
            return pulumi.Output.all(found.arn, *(one.id for one in attached)).apply(lambda known: str(known[0]))

        readers = ["pull_request", *(f"environment:{one}" for one in args.github.readers)]
        self.deploy = role("deploy", "Brings stacks up", [f"environment:{args.github.environment}"], writing=True)
        self.preview = role("preview", "Previews stacks, and changes nothing", readers, writing=False)
        self.register_outputs({})


def look(name: str, cluster: pulumi.Input[str], preview: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    """Let who previews read everything in the cluster."""
    admitted(name, cluster, preview, "AmazonEKSAdminViewPolicy", opts)
