"""What clusters ask beside AWS's operations: who holds a token of `aws eks get-token`, and a pod's credentials.

`POST /_eks/tokens` answers a TokenReview, for an API server's webhook. `GET /v1/credentials` answers as Pod Identity's
agent does on a node, for a service account's token in the header Authorization.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sandbox.aws import accounts, answers, services, tokens
from sandbox.aws.answers import Answer
from sandbox.aws.extensions.eks.access import ADMINISTRATOR
from sandbox.aws.extensions.sts.trust import principal

REVIEW: Final = "POST /_eks/tokens"
CREDENTIALS: Final = "GET /v1/credentials"
POLICY: Final = "eks-access-policy"
"""How the groups begin that stand for EKS's policies: `eks-access-policy:NAME`, and `:NAMESPACE` where it is in one."""
_PREFIX: Final = "k8s-aws-v1."
_CLUSTER: Final = "x-k8s-aws-id"
_LIFE: Final = timedelta(minutes=15)
_HOURS: Final = timedelta(hours=6)
_ACCOUNT: Final = "system:serviceaccount:"


class _NoError(Exception):
    """Why somebody gets nothing."""


def is_one(environment: dict[str, Any]) -> bool:
    """Whether a request goes to one of the doors."""
    return _what(environment) in {REVIEW, CREDENTIALS}


def only_reads(environment: dict[str, Any]) -> bool:
    """Whether what a request goes to changes nothing."""
    return _what(environment) == REVIEW


def answer(environment: dict[str, Any], body: bytes, start: Callable[..., Any]) -> list[bytes]:
    """Answer a request to one of the doors. It may change moto's state, of which credentials are a part."""
    if only_reads(environment):
        status, told = HTTPStatus.OK, _review(body)
    else:
        status, told = _credentials(environment.get("HTTP_AUTHORIZATION", ""))
    content = json.dumps(told).encode() + b"\n"
    return answers.send(Answer(status, [("Content-Type", "application/json")], content), start)


def _review(body: bytes) -> dict[str, Any]:
    try:
        status = {"authenticated": True, "user": _user(json.loads(body)["spec"]["token"])}
    except (_NoError, AttributeError, KeyError, TypeError, ValueError) as error:
        status = {"authenticated": False, "error": str(error)}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}


def _user(token: str) -> dict[str, Any]:
    if not token.startswith(_PREFIX):
        raise _NoError("it is no token of EKS")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(_url(token)).query).items()}
    if asked.get("Action") != "GetCallerIdentity" or _CLUSTER not in asked.get("X-Amz-SignedHeaders", "").split(";"):
        raise _NoError("it does not ask who the caller is, or is for no cluster")
    signed = datetime.strptime(asked.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - signed) > _LIFE:
        raise _NoError(f"it was made at {signed:%H:%M:%S} UTC and lives for {_LIFE}")
    key, _, region, *_ = asked.get("X-Amz-Credential", "").split("/")
    account = accounts.of_key(key)
    _, caller, _ = services.backend("sts", account, region).get_caller_identity(key, region)
    for made in services.records(services.backend("eks", account, region), "clusters").values():
        if found := made["entries"].get(principal(caller)):
            name = found["entry"]["username"].replace("{{SessionName}}", caller.rpartition("/")[2])
            groups = [*found["entry"]["kubernetesGroups"], *_of_policies(found["policies"])]
            return {"username": name, "uid": f"aws-iam-authenticator:{account}:{key}", "groups": groups}
    raise _NoError(f"no cluster of {account} in {region} has an access entry for {principal(caller)}")


def _url(token: str) -> str:
    return tokens.decoded(token.removeprefix(_PREFIX)).decode()


def _of_policies(policies: dict[str, dict[str, Any]]) -> Iterator[str]:
    for arn, policy in policies.items():
        places = policy["accessScope"]["namespaces"]
        if arn == ADMINISTRATOR and not places:
            yield "system:masters"
        name = arn.rpartition("/")[2]
        yield from (f"{POLICY}:{name}:{place}" for place in places)
        if not places:
            yield f"{POLICY}:{name}"


def _credentials(token: str) -> tuple[HTTPStatus, dict[str, Any]]:
    named = str(tokens.claims(token).get("sub", ""))
    found = [
        one
        for backend in services.every("eks")
        for made in services.records(backend, "clusters").values()
        for one in made["associations"].values()
        if named == f"{_ACCOUNT}{one['namespace']}:{one['serviceAccount']}"
    ]
    if len(found) != 1:
        clusters = ", ".join(one["clusterName"] for one in found) or "none"
        return HTTPStatus.BAD_REQUEST, {"message": f"{named or 'nobody'} has a role in: {clusters}; one is needed"}
    [association] = found
    role = association["roleArn"]
    account, region = role.split(":")[4], association["associationArn"].split(":")[3]
    session = f"eks-{association['clusterName']}-{association['serviceAccount']}"
    taken = services.backend("sts", account, region).assume_role(
        region_name=region,
        role_session_name=session[:64],
        role_arn=role,
        policy="",
        duration=int(_HOURS.total_seconds()),
        external_id="",
    )
    return HTTPStatus.OK, {
        "AccessKeyId": taken.access_key_id,
        "SecretAccessKey": taken.secret_access_key,
        "Token": taken.session_token,
        "AccountId": account,
        "Expiration": (datetime.now(UTC) + _HOURS).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _what(environment: dict[str, Any]) -> str:
    return f"{environment['REQUEST_METHOD']} {environment['PATH_INFO']}"
