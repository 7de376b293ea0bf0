"""What is kept of clusters, and what every operation on them needs."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call

Record: TypeAlias = dict[str, Any]
"""A cluster (`cluster`, as AWS tells it) and what belongs to it: `entries`, `addons`, `associations`, `updates`."""

ROLE: Final = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.+/)?([^/]+)")
"""An ARN of a role: the account, and the role's name without its path."""


def clusters(call: Call) -> dict[str, Record]:
    """The clusters of the caller's account in the region, by name."""
    return call.records("clusters")


def record(call: Call) -> Record:
    """The cluster that a call is about.

    Raises:
        Refused: there is none.
    """
    name = call.parameters.get("clusterName") or call.parameters["name"]
    try:
        return clusters(call)[name]
    except KeyError:
        raise gone(f"No cluster found for name: {name}.") from None


def gone(message: str) -> Refused:
    """The only error that says that something isn't there."""
    return Refused("ResourceNotFoundException", message)


def invalid(message: str) -> Refused:
    """A parameter has a value that AWS does not take."""
    return Refused("InvalidParameterException", message)


def in_use(message: str) -> Refused:
    """It is there already, or something else depends on it."""
    return Refused("ResourceInUseException", message)


def arn(call: Call, kind: str, *names: str) -> str:
    """The ARN of a thing of EKS, in the caller's account."""
    return f"arn:aws:eks:{call.region}:{call.account}:{kind}/{'/'.join(names)}"


def now() -> datetime:
    """The time, to the second, as AWS tells it."""
    return datetime.now(UTC).replace(microsecond=0)


def stamped() -> dict[str, datetime]:
    """When something was made that AWS also tells the last change of."""
    made = now()
    return {"createdAt": made, "modifiedAt": made}


def role(call: Call, named: str) -> str:
    """`named` again, an ARN of a role that is there.

    Raises:
        Refused: there is no such role.
    """
    found = ROLE.fullmatch(named)
    if found and found[1] == call.account:
        roles: Mapping[str, Any] = call.backend_of("iam").roles
        if any(one.arn == named for one in roles.values()):
            return named
    raise invalid(
        f"Role with arn: {named}, could not be assumed because it does not exist or the trusted entity is not correct"
    )


def page(call: Call, key: str, names: Iterable[str]) -> dict[str, Any]:
    """An answer with a sorted part of a list, as many as the caller asks for, and where the next part begins."""
    every = sorted(names)
    start = int(call.parameters.get("nextToken") or 0)
    end = start + int(call.parameters.get("maxResults") or 100)
    return {key: every[start:end], **({"nextToken": str(end)} if end < len(every) else {})}


def updated(cluster: Record, kind: str, changes: Mapping[str, str], of: str = "") -> dict[str, Any]:
    """Remember an update of `kind` and tell it: under way now, and done when it is asked for.

    Args:
        cluster: whose it is.
        kind: AWS's UpdateType.
        changes: what has changed, by AWS's UpdateParamType.
        of: the add-on that it is of, or that of the cluster.
    """
    update = {
        "id": str(uuid.uuid4()),
        "status": "Successful",
        "type": kind,
        "params": [{"type": name, "value": value} for name, value in changes.items()],
        "createdAt": now(),
        "errors": [],
    }
    cluster["updates"][update["id"]] = {"of": of, "update": update}
    return {"update": {**update, "status": "InProgress"}}
