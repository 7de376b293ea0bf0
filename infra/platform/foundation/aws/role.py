"""A role of IAM: who may be it, and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.platform.policy_document import Statement, document

_MANAGED = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True, kw_only=True)
class RoleArgs:
    """What there is to say of it.

    Attributes:
        description: what it is for.
        trust: who may be it.
        managed: names of AWS's own policies.
        may: what else it may do.
        session_seconds: how long who signed in as it may stay so; IAM's own hour with none.
    """

    description: str
    trust: Sequence[pulumi.Input[Statement]]
    managed: Sequence[str] = ()
    may: Sequence[pulumi.Input[Statement]] = field(default=())
    session_seconds: int | None = None


class Role(pulumi.ComponentResource):
    """The role with its rights.

    Attributes:
        arn: the role's ARN, known when its rights are granted.
        name: its name.
        rights: what has to stay as long as somebody works under it.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    rights: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: RoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Role", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        # Its name begins like this one: by that, those who may hand on roles are held to ours.
        role = aws.iam.Role(
            name,
            description=args.description,
            assume_role_policy=document(*args.trust),
            max_session_duration=args.session_seconds,
            opts=child,
        )
        rights: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy.lower()}", role=role.name, policy_arn=f"{_MANAGED}{policy}", opts=child
            )
            for policy in args.managed
        ]
        if args.may:
            rights.append(aws.iam.RolePolicy(f"{name}-rights", role=role.name, policy=document(*args.may), opts=child))

        self.rights = rights
        self.name = role.name
        self.arn = pulumi.Output.all(role.arn, *(one.urn for one in rights)).apply(lambda known: str(known[0]))
        self.register_outputs({})
