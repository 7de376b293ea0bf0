"""A role is for one: a service, roles that are named, or one subject of an identity provider."""

import re
from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.documents import concerns, principals, statements
from policies.props import Props, across, section
from policies.rule import rule

_WEB: Final = "sts:AssumeRoleWithWebIdentity"


@rule(kinds("aws:iam/role:Role"))
def require_scoped_trust(role: Props) -> Iterator[str]:
    """Every role says who may be it, and never everyone, a whole account or any subject."""
    yield from across(_wrong, statements(role.get("assumeRolePolicy")))


def _wrong(statement: Props) -> Iterator[str]:
    if statement.get("Effect") != "Allow":
        return
    for kind, one in principals(statement):
        if one == "*":
            yield f"everyone ({kind}) may be it: name who may"
        elif one.endswith(":root") or re.fullmatch(r"\d{12}", one):  # AWS takes an account's number for its root
            yield f"all of the account {one} may be it: name the roles that may"
    if statement.get("NotPrincipal"):
        yield "all but some may be it, by NotPrincipal: name who may"
    # Other providers' tokens come by another action.
    providers = [one for kind, one in principals(statement) if kind == "Federated" and ":saml-provider/" not in one]
    if providers and (concerns(statement, _WEB) or statement.get("NotAction")):
        exact = section(statement, "Condition", "StringEquals")
        for claim in ("aud", "sub"):
            found = [str(exact[key]) for key in exact if str(key).endswith(f":{claim}")]
            if not found or any("*" in one for one in found):
                yield f"any {claim} of its identity provider may be it: compare {claim} by StringEquals with one"
