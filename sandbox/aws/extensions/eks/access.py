"""Who may do what in a cluster: access entries, and the policies that are associated with them."""

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.handlers import instead

_POLICY: Final = "arn:aws:eks::aws:cluster-access-policy/"
ADMINISTRATOR: Final = f"{_POLICY}AmazonEKSClusterAdminPolicy"
POLICIES: Final = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSViewPolicy",
)
TYPES: Final = ("STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX")
_PRINCIPAL: Final = re.compile(r"arn:aws:iam::\d{12}:(?:role|user)/.+")
_RESERVED: Final = ("system:", "eks:", "aws:", "amazon:", "iam:")


@instead("eks", "CreateAccessEntry")
def create(call: Call) -> Record:
    """Let a principal in."""
    made, wanted = records.record(call), call.parameters
    if made["cluster"]["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise Refused(
            "InvalidRequestException", "The cluster's authentication mode must be set to API or API_AND_CONFIG_MAP"
        )
    kind = wanted.get("type", "STANDARD")
    if kind not in TYPES:
        raise records.invalid(f"The type {kind} is none of {', '.join(TYPES)}")
    if kind != "STANDARD" and (wanted.get("kubernetesGroups") or wanted.get("username")):
        raise records.invalid(f"An entry of type {kind} has no groups and no name of its own")
    return {"accessEntry": add(call, made, wanted["principalArn"], kind)}


@instead("eks", "DescribeAccessEntry")
def describe(call: Call) -> Record:
    """Tell all of an entry."""
    return {"accessEntry": _entry(call)["entry"]}


@instead("eks", "ListAccessEntries")
def principals(call: Call) -> Record:
    """Tell who is let in, and if the call says so, only whom a policy is associated with."""
    policy = call.parameters.get("associatedPolicyArn")
    entries = records.record(call)["entries"].items()
    return records.page(
        call, "accessEntries", [one for one, entry in entries if not policy or policy in entry["policies"]]
    )


@instead("eks", "UpdateAccessEntry")
def update(call: Call) -> Record:
    """Change the groups or the name that a principal has in the cluster."""
    entry, wanted = _entry(call)["entry"], call.parameters
    if entry["type"] != "STANDARD":
        raise records.invalid(f"An entry of type {entry['type']} can't be updated")
    _accept(wanted)
    entry.update({key: wanted[key] for key in ("kubernetesGroups", "username") if key in wanted})
    entry["modifiedAt"] = records.now()
    return {"accessEntry": entry}


@instead("eks", "DeleteAccessEntry")
def delete(call: Call) -> None:
    """Let a principal in no more."""
    _entry(call)
    del records.record(call)["entries"][call.parameters["principalArn"]]


@instead("eks", "AssociateAccessPolicy")
def associate_policy(call: Call) -> Record:
    """Give a principal the rights of one of EKS's policies, in the cluster or in some of its namespaces."""
    made, wanted = records.record(call), call.parameters
    policy, scope = wanted["policyArn"], wanted["accessScope"]
    if policy.removeprefix(_POLICY) not in POLICIES:
        raise records.invalid(f"The policyArn {policy} is none of EKS's access policies")
    if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
        raise records.invalid("An access scope of type namespace names namespaces, and one of type cluster does not")
    _entry(call)
    told = associate(made, wanted["principalArn"], policy, scope)
    return {**_of(call), "associatedAccessPolicy": told}


@instead("eks", "ListAssociatedAccessPolicies")
def associated(call: Call) -> Record:
    """Tell the policies that are associated with a principal."""
    policies: dict[str, Any] = _entry(call)["policies"]
    return {**_of(call), "associatedAccessPolicies": [policies[name] for name in sorted(policies)]}


@instead("eks", "DisassociateAccessPolicy")
def disassociate(call: Call) -> None:
    """Take the rights of a policy away."""
    if _entry(call)["policies"].pop(call.parameters["policyArn"], None) is None:
        raise records.gone(
            f"The policy {call.parameters['policyArn']} is not associated with {call.parameters['principalArn']}"
        )


@instead("eks", "ListAccessPolicies")
def policies(call: Call) -> Record:
    """Tell the policies that there are."""
    return {"accessPolicies": [{"name": name, "arn": f"{_POLICY}{name}"} for name in POLICIES]}


def add(call: Call, made: Record, arn: str, kind: str) -> Record:
    """Make an entry for the principal `arn`, with what the call says about groups, name and tags.

    Raises:
        Refused: there is one, or the call says what AWS doesn't take.
    """
    if not _PRINCIPAL.fullmatch(arn):
        raise records.invalid(f"The principalArn {arn!r} is no ARN of a role or a user of IAM")
    if arn in made["entries"]:
        raise records.in_use("The specified access entry resource is already in use on this cluster.")
    own = call.operation == "CreateAccessEntry"
    wanted = call.parameters if own else {}
    _accept(wanted)
    name = made["cluster"]["name"]
    kept, principal_kind, principal_name = arn.split(":")[4], *arn.split(":")[5].split("/", 1)
    entry = {
        "clusterName": name,
        "principalArn": arn,
        "kubernetesGroups": wanted.get("kubernetesGroups") or ([] if kind == "STANDARD" else ["system:nodes"]),
        "accessEntryArn": records.arn(
            call, "access-entry", name, principal_kind, kept, principal_name.rpartition("/")[2], str(uuid.uuid4())
        ),
        **records.stamped(),
        "tags": wanted.get("tags", {}),
        "username": wanted.get("username") or _username(arn, kind),
        "type": kind,
    }
    made["entries"][arn] = {"entry": entry, "policies": {}}
    return entry


def associate(made: Record, arn: str, policy: str, scope: Mapping[str, Any]) -> Record:
    """Associate a policy with the entry of the principal `arn`. One that is there changes its scope."""
    policies = made["entries"][arn]["policies"]
    moment = records.now()
    since = policies[policy]["associatedAt"] if policy in policies else moment
    policies[policy] = {
        "policyArn": policy,
        "accessScope": {"type": scope["type"], "namespaces": scope.get("namespaces", [])},
        "associatedAt": since,
        "modifiedAt": moment,
    }
    return policies[policy]


def _accept(wanted: Mapping[str, Any]) -> None:
    for name in (*wanted.get("kubernetesGroups", []), wanted.get("username", "")):
        if name.startswith(_RESERVED):
            raise records.invalid(
                f"The kubernetes group or user name {name} is invalid: it begins with one of {_RESERVED}"
            )


def _username(arn: str, kind: str) -> str:
    if kind != "STANDARD":
        return "system:node:{{EC2PrivateDNSName}}"
    if found := records.ROLE.fullmatch(arn):
        return f"arn:aws:sts::{found[1]}:assumed-role/{found[2]}/{{{{SessionName}}}}"
    return arn


def _entry(call: Call) -> Record:
    arn = call.parameters["principalArn"]
    try:
        return records.record(call)["entries"][arn]
    except KeyError:
        raise records.gone(f"The specified principalArn could not be found: {arn}.") from None


def _of(call: Call) -> Record:
    return {key: call.parameters[key] for key in ("clusterName", "principalArn")}
