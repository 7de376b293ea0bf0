"""Identities and what they may do."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Row
from sandbox.pulumi.plugins.aws.tagging import iam
from sandbox.pulumi.plugins.wire import Value

GONE: Final = ("NoSuchEntity",)
EXISTS: Final = "EntityAlreadyExists"
SPARE: Final = 3  # versions of a policy beside its default that leave room for a new one: AWS keeps five


def _same_host(one: Value, other: Value) -> bool:
    return one.removeprefix("https://") == other.removeprefix("https://")


ROLE: Final = Row(
    service="iam",
    inputs={
        "assumeRolePolicy": REQUIRED,
        "description": OPTIONAL,
        "maxSessionDuration": 3600,
        "name": OPTIONAL,
        "path": "/",
        "permissionsBoundary": OPTIONAL,
        "tags": OPTIONAL,
    },
    names={"assumeRolePolicy": "AssumeRolePolicyDocument", "name": "RoleName"},
    outputs={
        "arn": "arn",
        "createDate": "createDate",
        "permissionsBoundary": "permissionsBoundary.permissionsBoundaryArn",
        "uniqueId": "roleId",
    },
    create=Call("CreateRole"),
    id="{name}",
    key={"name": "name"},
    reads=(Call("GetRole", at="role"),),
    updates=(
        Call("UpdateAssumeRolePolicy", policyDocument="$assumeRolePolicy"),
        Call("UpdateRole", only="description maxSessionDuration", description="$description || ''"),
        Call("PutRolePermissionsBoundary", only="permissionsBoundary", when="permissionsBoundary"),
        Call("DeleteRolePermissionsBoundary", only="permissionsBoundary", when="!permissionsBoundary"),
    ),
    deletes=(Call("DeleteRole"),),
    gone=GONE,
    exists=EXISTS,
    documents=("assumeRolePolicy",),
    autoname=Autoname("name", 64),
    tagging=iam("Role"),
    everywhere=True,
)

POLICY: Final = Row(
    service="iam",
    inputs={"description": OPTIONAL, "name": OPTIONAL, "path": "/", "policy": REQUIRED, "tags": OPTIONAL},
    names={"name": "PolicyName", "policy": "PolicyDocument"},
    outputs={"arn": "arn", "attachmentCount": "attachmentCount", "policy": "document", "policyId": "policyId"},
    create=Call("CreatePolicy"),
    id="policy.arn",
    key={"policyArn": "id"},
    reads=(
        Call("GetPolicy", at="policy"),
        Call("GetPolicyVersion", at="policyVersion", versionId="$defaultVersionId"),
    ),
    updates=(
        Call(
            "DeletePolicyVersion",
            only="policy",
            versionId="$versionId",
            each=Call(
                "ListPolicyVersions",
                at=f"reverse(sort_by(versions[?!isDefaultVersion], &createDate))[{SPARE}:]",
            ),
        ),
        Call("CreatePolicyVersion", setAsDefault=True),
    ),
    deletes=(
        Call(
            "DeletePolicyVersion",
            versionId="$versionId",
            each=Call("ListPolicyVersions", at="versions[?!isDefaultVersion]"),
        ),
        Call("DeletePolicy"),
    ),
    gone=GONE,
    exists=EXISTS,
    documents=("policy",),
    autoname=Autoname("name", 128),
    tagging=iam("Policy"),
    everywhere=True,
)

ROLE_POLICY: Final = Row(
    service="iam",
    inputs={"name": OPTIONAL, "policy": REQUIRED, "role": REQUIRED},
    names={"name": "PolicyName", "policy": "PolicyDocument", "role": "RoleName"},
    create=Call("PutRolePolicy"),
    id="{role}:{name}",
    key={"name": "name", "role": "role"},
    reads=(Call("GetRolePolicy"),),
    updates=(Call("PutRolePolicy"),),
    deletes=(Call("DeleteRolePolicy"),),
    gone=GONE,
    documents=("policy",),
    autoname=Autoname("name", 128),
    everywhere=True,
)

ROLE_POLICY_ATTACHMENT: Final = Row(
    service="iam",
    inputs={"policyArn": REQUIRED, "role": REQUIRED},
    names={"role": "RoleName"},
    create=Call("AttachRolePolicy"),
    id="{role}/{policyArn}",
    key={"policyArn": "policyArn", "role": "role"},
    reads=(Call("ListAttachedRolePolicies", at="attachedPolicies[?policyArn == $policyArn] | [0]"),),
    deletes=(Call("DetachRolePolicy"),),
    gone=GONE,
    everywhere=True,
)

OPEN_ID_CONNECT_PROVIDER: Final = Row(
    service="iam",
    inputs={"clientIdLists": REQUIRED, "tags": OPTIONAL, "thumbprintLists": ADOPTED, "url": REQUIRED},
    names={"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"},
    outputs={"arn": "id"},
    create=Call("CreateOpenIDConnectProvider"),
    id="openIdConnectProviderArn",
    key={"openIdConnectProviderArn": "id"},
    reads=(Call("GetOpenIDConnectProvider"),),
    updates=(Call("UpdateOpenIDConnectProviderThumbprint"),),
    deletes=(Call("DeleteOpenIDConnectProvider"),),
    gone=GONE,
    exists=EXISTS,
    same={"url": _same_host},
    tagging=iam("OpenIDConnectProvider"),
    delete_first=True,
    everywhere=True,
)

ROWS: Final[Mapping[str, Row]] = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": OPEN_ID_CONNECT_PROVIDER,
    "aws:iam/policy:Policy": POLICY,
    "aws:iam/role:Role": ROLE,
    "aws:iam/rolePolicy:RolePolicy": ROLE_POLICY,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ROLE_POLICY_ATTACHMENT,
}
