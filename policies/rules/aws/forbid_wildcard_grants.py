"""A right is one that somebody has thought of."""

from collections.abc import Iterator
from typing import Any, Final

from policies.documents import said, statements
from policies.props import Props, across
from policies.rule import rule

_DOCUMENTS: Final = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy")
_ATTACHED: Final = (
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
)
_EVERYTHING: Final = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")


def _grants(resource_type: str, props: Props) -> Iterator[tuple[str, Any]]:
    if resource_type in _DOCUMENTS:
        yield "policy", props.get("policy")
    elif resource_type in _ATTACHED:
        yield "policyArn", props.get("policyArn")


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
    actions = said(statement, "Action")
    for action in (one for one in actions if one == "*" or one.endswith(":*")):
        yield f"{name} allows {action!r}: name the actions that are needed"
    if "iam:PassRole" in actions and "*" in said(statement, "Resource"):
        yield f"{name} allows to hand on any role: name those that it is about"
