"""A right is one that somebody has thought of."""

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.documents import concerns, said, stands_for, statements
from policies.props import Props, across, items, objects
from policies.rule import rule

_WRITTEN: Final = (
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
)
_ATTACHED: Final = (
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
)
_ROLE: Final = "aws:iam/role:Role"
_EVERYTHING: Final = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")


def _grants(resource_type: str, props: Props) -> Iterator[tuple[str, Any]]:
    if resource_type in _WRITTEN:
        yield "policy", props.get("policy")
    elif resource_type in _ATTACHED:
        yield "policyArn", props.get("policyArn")
    elif resource_type == _ROLE:
        yield from across(lambda read: read(props), (_inline, _managed))


def _inline(role: Props) -> Iterator[tuple[str, Any]]:
    def policy(one: Props) -> Iterator[tuple[str, Any]]:
        yield "policy", one.get("policy")

    return across(policy, objects(role, "inlinePolicies"))


def _managed(role: Props) -> Iterator[tuple[str, Any]]:
    return (("policyArn", one) for one in items(role, "managedPolicyArns"))


@rule(_grants)
def forbid_wildcard_grants(grant: tuple[str, Any]) -> Iterator[str]:
    """No policy allows everything, everything of a service, or to hand on any role."""
    kind, value = grant
    if kind == "policyArn":
        if str(value).rpartition("/")[2] in _EVERYTHING:
            yield f"it attaches {value}, which allows everything: name the actions that are needed"
        return
    yield from across(_wrong, statements(value))


def _wrong(statement: Props) -> Iterator[str]:
    if statement.get("Effect") != "Allow":
        return
    name = f"statement {statement.get('Sid', '')!r}"
    for key in ("NotAction", "NotResource"):
        if statement.get(key):
            yield f"{name} allows all but some by {key}: name what is needed"
    for action in (one for one in said(statement, "Action") if re.fullmatch(r"(.*:)?[*?]+", one)):
        yield f"{name} allows {action!r}: name the actions that are needed"
    if concerns(statement, "iam:PassRole") and any(map(_any_role, said(statement, "Resource"))):
        yield f"{name} allows to hand on any role: name those that it is about"


def _any_role(resource: str) -> bool:
    """Whether it stands for a role that nobody has thought of, of its own account or of another."""
    account = re.search(r"\d{12}", resource)
    return stands_for(resource, f"arn:aws:iam::{account[0] if account else '000000000000'}:role/\0")
