"""What clusters ask beside AWS's operations: who holds a token of `aws eks get-token`, and what is a pod's.

`POST /_eks/tokens` answers a TokenReview, and `POST /_eks/pods` an AdmissionReview of a pod, for an API server's
webhooks. `GET /v1/credentials` answers as Pod Identity's agent does on a node, for a service account's token in the
header Authorization.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sandbox.aws import accounts, admission, answers, services, tokens
from sandbox.aws.answers import Answer
from sandbox.aws.extensions.eks.access import ADMINISTRATOR
from sandbox.aws.extensions.sts.trust import principal
from sandbox.aws.surroundings import Surroundings

REVIEW: Final = "POST /_eks/tokens"
PODS: Final = "POST /_eks/pods"
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
    return _what(environment) in {REVIEW, PODS, CREDENTIALS}


def only_reads(environment: dict[str, Any]) -> bool:
    """Whether what a request goes to changes nothing."""
    return _what(environment) in {REVIEW, PODS}


def answer(
    environment: dict[str, Any], body: bytes, surroundings: Surroundings, start: Callable[..., Any]
) -> list[bytes]:
    """Answer a request to one of the doors. It may change moto's state, of which credentials are a part.

    Args:
        environment: of the request, as WSGI has it.
        body: what it carries.
        surroundings: what this AWS leads to.
        start: begins the answer, as WSGI has it.
    """
    door = _what(environment)
    if door == REVIEW:
        status, told = HTTPStatus.OK, _review(body)
    elif door == PODS:
        status, told = _admission(body, surroundings)
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


def _admission(body: bytes, surroundings: Surroundings) -> tuple[HTTPStatus, dict[str, Any]]:
    try:
        review = json.loads(body)
        namespace, spec = review["request"]["namespace"], review["request"]["object"]["spec"]
        found = _associations(f"{_ACCOUNT}{namespace}:{spec.get('serviceAccountName', 'default')}")
        region = _region(found[0]) if found else None
        services_url = surroundings.cluster.services if surroundings.cluster else ""
        return HTTPStatus.OK, admission.reviewed(review, region, services_url)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return HTTPStatus.BAD_REQUEST, {"message": f"it is no review of a pod ({type(error).__name__}: {error})"}


def _associations(subject: str) -> list[dict[str, Any]]:
    """What gives a role to the service account that a token's `sub` names."""
    return [
        one
        for backend in services.every("eks")
        for made in services.records(backend, "clusters").values()
        for one in made["associations"].values()
        if subject == f"{_ACCOUNT}{one['namespace']}:{one['serviceAccount']}"
    ]


def _region(association: dict[str, Any]) -> str:
    return association["associationArn"].split(":")[3]


def _credentials(token: str) -> tuple[HTTPStatus, dict[str, Any]]:
    named = str(tokens.claims(token).get("sub", ""))
    found = _associations(named)
    if len(found) != 1:
        clusters = ", ".join(one["clusterName"] for one in found) or "none"
        return HTTPStatus.BAD_REQUEST, {"message": f"{named or 'nobody'} has a role in: {clusters}; one is needed"}
    [association] = found
    role = association["roleArn"]
    account, region = role.split(":")[4], _region(association)
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
