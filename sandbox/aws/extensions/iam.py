"""IAM: AWS's own policies as soon as they are named, and policies that stay while something has them."""

import json
from http import HTTPStatus
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import before, instead

_MANAGED: Final = "arn:aws:iam::aws:policy/"


@before(
    "iam",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "AttachUserPolicy",
    "AttachGroupPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "ListPolicyVersions",
    "ListEntitiesForPolicy",
)
def bring(call: Call) -> None:
    """Bring the policy of AWS's that is named, if it isn't there. All of them would be in every snapshot."""
    _bring(call, call.parameters["PolicyArn"])


@before("iam", "CreateRole", "PutRolePermissionsBoundary")
def bring_boundary(call: Call) -> None:
    """Bring the policy of AWS's that is to be a role's boundary."""
    _bring(call, call.parameters.get("PermissionsBoundary", ""))


@before("iam", "DeletePolicy")
def stays(call: Call) -> None:
    """A policy stays while anything has it."""
    policy = call.backend.managed_policies.get(call.parameters["PolicyArn"])
    if policy and policy.attachment_count:
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", HTTPStatus.CONFLICT)


@instead("iam", "AddClientIDToOpenIDConnectProvider")
def add_client(call: Call) -> None:
    """Let tokens in that are for one audience more."""
    clients = _provider(call).client_id_list
    if call.parameters["ClientID"] not in clients:
        clients.append(call.parameters["ClientID"])


@instead("iam", "RemoveClientIDFromOpenIDConnectProvider")
def remove_client(call: Call) -> None:
    """Let tokens in that are for one audience less."""
    clients = _provider(call).client_id_list
    if call.parameters["ClientID"] in clients:
        clients.remove(call.parameters["ClientID"])


@instead("iam", "SimulatePrincipalPolicy")
def simulate(call: Call) -> dict[str, Any]:
    """Say that everything is allowed, as it is here: who may what is for faults to say, or for AWS."""
    resources = call.parameters.get("ResourceArns") or ["*"]
    results = [
        {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": "allowed"}
        for action in call.parameters["ActionNames"]
        for resource in resources
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _bring(call: Call, arn: str) -> None:
    if arn.startswith(_MANAGED) and arn not in call.backend.managed_policies:
        found = _policy(arn.rpartition("/")[2], call.account)
        if found is not None and found.arn == arn:
            call.backend.managed_policies[arn] = found


def _policy(name: str, account: str) -> Any:
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    begin = aws_managed_policies_data.find(f'\n "{name}":{{')
    if begin < 0:
        return None
    # One of more than a thousand, which together would take a second and much memory.
    data, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, aws_managed_policies_data.index("{", begin))
    return AWSManagedPolicy.from_data(name, account, "us-east-1", data)


def _provider(call: Call) -> Any:
    return call.backend.get_open_id_connect_provider(call.parameters["OpenIDConnectProviderArn"])
