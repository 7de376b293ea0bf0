"""Who may take a role: what its trust policy says, of accounts, of principals, and of tokens that a cluster signed.

Nobody's signature is looked at, here as everywhere else on this server: what a token says is taken for true.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any, Final

from sandbox.aws import services, tokens
from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import before

_WEB: Final = "AssumeRoleWithWebIdentity"
_COMPARED: Final = {"StringEquals": str.__eq__, "StringLike": fnmatchcase}


@before("sts", "AssumeRole")
def by_principal(call: Call) -> None:
    """A role is taken by those principals that its trust policy names, or by all of an account that it names."""
    _, caller, _ = call.backend.get_caller_identity(call.key, call.region)
    names = {"*", call.account, f"arn:aws:iam::{call.account}:root", caller, principal(caller)}
    for statement in _statements(call):
        if names & set(_listed(_of(statement, "AWS"))) and not statement.get("Condition"):
            return
    raise _denied(
        f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {call.parameters['RoleArn']}"
    )


@before("sts", _WEB)
def by_token(call: Call) -> None:
    """A role is taken with a token of an issuer that IAM knows, if its trust policy wants such claims."""
    claims = tokens.claims(call.parameters["WebIdentityToken"])
    issuer = str(claims.get("iss", "")).removeprefix("https://")
    role = call.parameters["RoleArn"]
    provider = f"arn:aws:iam::{role.split(':')[4]}:oidc-provider/{issuer}"
    known = {one.arn: one for one in _iam(role).open_id_providers.values()}
    audience = _listed(claims.get("aud", []))
    if provider not in known or not set(audience) & set(known[provider].client_id_list):
        raise Refused("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}")
    told = {f"{issuer}:{name}": _listed(value) for name, value in claims.items()}
    for statement in _statements(call):
        if provider in _listed(_of(statement, "Federated")) and _holds(statement.get("Condition", {}), told):
            return
    raise _denied(f"Not authorized to perform sts:{_WEB} on {role} with {told}")


def principal(arn: str) -> str:
    """The ARN in IAM of a caller: of the role, if it is a session of one."""
    parts = arn.split(":")
    if parts[2] == "sts" and parts[5].startswith("assumed-role/"):
        return f"arn:aws:iam::{parts[4]}:role/{parts[5].split('/')[1]}"
    return arn.replace(":sts:", ":iam:")


def _statements(call: Call) -> Iterator[dict[str, Any]]:
    wanted = call.parameters["RoleArn"]
    for one in _iam(wanted).roles.values():
        if one.arn == wanted:
            for statement in _listed(_parsed(one.assume_role_policy_document).get("Statement", [])):
                actions = _listed(statement.get("Action", []))
                if statement.get("Effect") == "Allow" and any(
                    fnmatchcase(f"sts:{call.operation}", action) for action in actions
                ):
                    yield statement


def _iam(role: str) -> Any:
    parts = role.split(":")
    if len(parts) < 6 or not parts[4].isdigit():  # noqa: PLR2004 (an ARN's parts)
        raise Refused("ValidationError", f"{role} is invalid")
    return services.backend("iam", parts[4], "aws")


def _parsed(document: Any) -> dict[str, Any]:
    return json.loads(document) if isinstance(document, str) else document


def _of(statement: Mapping[str, Any], kind: str) -> Any:
    named = statement.get("Principal", {})
    return named if isinstance(named, str) else named.get(kind, [])


def _holds(conditions: Mapping[str, Mapping[str, Any]], told: Mapping[str, list[Any]]) -> bool:
    # One that is not known here holds for nobody.
    return all(
        operator in _COMPARED
        and any(_COMPARED[operator](str(value), wanted) for value in told.get(key, []) for wanted in _listed(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


def _denied(message: str) -> Refused:
    return Refused("AccessDenied", message, HTTPStatus.FORBIDDEN)
