"""Pod Identity: which role a service account of a cluster has."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.handlers import instead

_SUMMARY: Final = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
_SERVICE: Final = "pods.eks.amazonaws.com"


@instead("eks", "CreatePodIdentityAssociation")
def create(call: Call) -> Record:
    """Give a service account a role. The service account need not be there."""
    made = records.record(call)
    return {"association": add(call, made, call.parameters)}


@instead("eks", "DescribePodIdentityAssociation")
def describe(call: Call) -> Record:
    """Tell all of an association."""
    return {"association": _association(call)}


@instead("eks", "ListPodIdentityAssociations")
def summaries(call: Call) -> Record:
    """Tell the associations, and if the call says so, only those of a namespace or a service account."""
    wanted = {key: value for key, value in call.parameters.items() if key in {"namespace", "serviceAccount"}}
    found = records.record(call)["associations"]
    told = [one for _, one in sorted(found.items()) if all(one[key] == value for key, value in wanted.items())]
    return {"associations": [{key: one[key] for key in _SUMMARY if key in one} for one in told]}


@instead("eks", "UpdatePodIdentityAssociation")
def update(call: Call) -> Record:
    """Change the role, or how it is taken."""
    association, wanted = _association(call), call.parameters
    if "roleArn" in wanted:
        _trusted(call, wanted["roleArn"])
    association.update(
        {key: wanted[key] for key in ("roleArn", "targetRoleArn", "disableSessionTags", "policy") if key in wanted}
    )
    association["modifiedAt"] = records.now()
    return {"association": association}


@instead("eks", "DeletePodIdentityAssociation")
def delete(call: Call) -> Record:
    """Take the role away."""
    association = _association(call)
    if owner := association.get("ownerArn"):
        raise Refused("InvalidRequestException", f"The association belongs to {owner}: update that one")
    return {"association": records.record(call)["associations"].pop(association["associationId"])}


def add(call: Call, made: Record, wanted: Mapping[str, Any], owner: str = "") -> Record:
    """Make an association.

    Args:
        call: that makes it, or makes its owner.
        made: the cluster.
        wanted: `namespace`, `serviceAccount`, `roleArn` and what AWS's operation takes else.
        owner: ARN of the add-on that it belongs to, if it does.

    Raises:
        Refused: the service account has one, or the role isn't one for pods.
    """
    name, place = made["cluster"]["name"], (wanted["namespace"], wanted["serviceAccount"])
    if any((one["namespace"], one["serviceAccount"]) == place for one in made["associations"].values()):
        raise records.in_use(
            f"Association already exists: service account {place[1]} in namespace {place[0]} of cluster {name}"
        )
    _trusted(call, wanted["roleArn"])
    number = f"a-{uuid.uuid4().hex[:18]}"
    association = {
        "clusterName": name,
        "namespace": place[0],
        "serviceAccount": place[1],
        "roleArn": wanted["roleArn"],
        "associationArn": records.arn(call, "podidentityassociation", name, number),
        "associationId": number,
        "tags": wanted.get("tags", {}),
        **records.stamped(),
        "disableSessionTags": wanted.get("disableSessionTags", False),
        **{key: wanted[key] for key in ("targetRoleArn", "policy") if key in wanted},
        **({"ownerArn": owner} if owner else {}),
    }
    made["associations"][number] = association
    return association


def _association(call: Call) -> Record:
    number = call.parameters["associationId"]
    try:
        return records.record(call)["associations"][number]
    except KeyError:
        raise records.gone(f"The specified pod identity association could not be found: {number}") from None


def _trusted(call: Call, arn: str) -> None:
    found = records.ROLE.fullmatch(records.role(call, arn))
    trusted = found and next(one for one in call.backend_of("iam").roles.values() if one.arn == arn)
    if trusted and _SERVICE not in str(trusted.assume_role_policy_document):
        raise records.invalid(
            f"Trust policy of role {arn} is not valid: it has to allow sts:AssumeRole and sts:TagSession to {_SERVICE}"
        )
