"""Identities and what they may do."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Row, declared
from sandbox.pulumi.plugins.aws.tagging import iam
from sandbox.pulumi.plugins.wire import Value

GONE: Final = ("NoSuchEntity",)
EXISTS: Final = "EntityAlreadyExists"
# A policy's versions beside its default, and those of them that leave no room for a new one: AWS keeps five.
OTHERS: Final = Call("ListPolicyVersions", at="versions[?!isDefaultVersion]")
OLDEST: Final = Call("ListPolicyVersions", at="reverse(sort_by(versions[?!isDefaultVersion], &createDate))[3:]")


def _same_host(one: Value, other: Value) -> bool:
    return one.removeprefix("https://") == other.removeprefix("https://")


ROWS: Final[Mapping[str, Row]] = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Row(
        service="iam",
        inputs=declared("clientIdLists! url! thumbprintLists~"),
        names={"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"},
        outputs={"arn": "id"},
        create=Call("CreateOpenIDConnectProvider"),
        id="openIdConnectProviderArn",
        lists=Call("ListOpenIDConnectProviders", at="openIdConnectProviderList[].arn"),
        reads=(Call("GetOpenIDConnectProvider"),),
        updates=(Call("UpdateOpenIDConnectProviderThumbprint"),),
        deletes=(Call("DeleteOpenIDConnectProvider"),),
        gone=GONE,
        exists=EXISTS,
        same={"url": _same_host},
        tagging=iam("OpenIDConnectProvider"),
        delete_first=True,
        everywhere=True,
    ),
    "aws:iam/policy:Policy": Row(
        service="iam",
        inputs=declared("policy! description name", path="/"),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        told="arn policyId",  # and no count of attachments, which others change
        outputs={"policy": "document"},
        create=Call("CreatePolicy"),
        id="policy.arn",
        key="policyArn",
        lists=Call("ListPolicies", at="policies[].arn", scope="Local"),
        reads=(
            Call("GetPolicy", at="policy"),
            Call("GetPolicyVersion", at="policyVersion", versionId="$defaultVersionId"),
        ),
        updates=(
            Call("DeletePolicyVersion", only="policy", versionId="$versionId", each=OLDEST),
            Call("CreatePolicyVersion", setAsDefault=True),
        ),
        deletes=(
            Call("DeletePolicyVersion", versionId="$versionId", each=OTHERS),
            Call("DeletePolicy"),
        ),
        gone=GONE,
        exists=EXISTS,
        documents=("policy",),
        autoname=Autoname("name", 128),
        tagging=iam("Policy"),
        everywhere=True,
    ),
    "aws:iam/role:Role": Row(
        service="iam",
        inputs=declared("assumeRolePolicy! description name permissionsBoundary", maxSessionDuration=3600, path="/"),
        names={"assumeRolePolicy": "AssumeRolePolicyDocument", "name": "RoleName"},
        told="arn createDate",
        outputs={"permissionsBoundary": "permissionsBoundary.permissionsBoundaryArn", "uniqueId": "roleId"},
        create=Call("CreateRole"),
        id="{name}",
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
    ),
    "aws:iam/rolePolicy:RolePolicy": Row(
        service="iam",
        inputs=declared("policy! role! name"),
        names={"name": "PolicyName", "policy": "PolicyDocument", "role": "RoleName"},
        create=Call("PutRolePolicy"),
        id="{role}:{name}",
        reads=(Call("GetRolePolicy"),),
        updates=(Call("PutRolePolicy"),),
        deletes=(Call("DeleteRolePolicy"),),
        gone=GONE,
        documents=("policy",),
        autoname=Autoname("name", 128),
        everywhere=True,
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Row(
        service="iam",
        inputs=declared("policyArn! role!"),
        names={"role": "RoleName"},
        create=Call("AttachRolePolicy"),
        id="{role}/{policyArn}",
        reads=(Call("ListAttachedRolePolicies", at="attachedPolicies[?policyArn == $policyArn] | [0]"),),
        deletes=(Call("DetachRolePolicy"),),
        gone=GONE,
        everywhere=True,
    ),
}
