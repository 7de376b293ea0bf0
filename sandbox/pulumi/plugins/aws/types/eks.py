"""Clusters of Kubernetes, and who may do what in them and from them."""

from collections.abc import Mapping
from typing import Final, Literal

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Of, Row, Wait
from sandbox.pulumi.plugins.aws.tagging import by_arn

GONE: Final = ("ResourceNotFoundException",)
EXISTS: Final = "ResourceInUseException"
UPDATED: Final = Wait(
    asking="DescribeUpdate",
    given={"updateId": "$update.id"},
    at="update.status",
    done=("Successful",),
    failed=("Failed", "Cancelled"),
)
ADDON_UPDATED: Final = Wait(
    asking="DescribeUpdate",
    given={"updateId": "$update.id", "name": "$clusterName", "addonName": "$addonName"},
    at="update.status",
    done=("Successful",),
    failed=("Failed", "Cancelled"),
)
LOGGING: Final = {"clusterLogging": [{"types": "$enabledClusterLogTypes", "enabled": True}]}
OTHER_LOGGING: Final = {
    "clusterLogging": [
        {"types": "$added.enabledClusterLogTypes", "enabled": True},
        {"types": "$removed.enabledClusterLogTypes", "enabled": False},
    ]
}
ACCESS: Final = {"authenticationMode": "$accessConfig.authenticationMode"}
BALANCING: Final = {"elasticLoadBalancing": "$kubernetesNetworkConfig.elasticLoadBalancing"}  # the rest can't change
ENDPOINT: Final = ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")
PLACE: Final = ("securityGroupIds", "subnetIds")
Logs = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
Resolution = Literal["NONE", "OVERWRITE"]


def _vpc_config(parts: tuple[str, ...]) -> Call:
    """One kind of change of where a cluster is and who reaches it."""
    chosen = f"vpcConfig.[{', '.join(parts)}]"
    return Call(
        "UpdateClusterConfig",
        only="",
        when=f"{chosen} != was.{chosen}",
        vpcConfig={part: f"$vpcConfig.{part}" for part in parts},
        then=UPDATED,
    )


CLUSTER: Final = Row(
    service="eks",
    inputs={
        "accessConfig": ADOPTED,
        "accessConfig.authenticationMode": ADOPTED,
        "accessConfig.bootstrapClusterCreatorAdminPermissions": ADOPTED,
        "bootstrapSelfManagedAddons": True,
        "computeConfig": ADOPTED,
        "computeConfig.nodePools": ADOPTED,
        "computeConfig.nodeRoleArn": ADOPTED,
        "controlPlaneScalingConfig": ADOPTED,
        "deletionProtection": ADOPTED,
        "enabledClusterLogTypes": Of(list[Logs]),
        "encryptionConfig": OPTIONAL,
        "kubernetesNetworkConfig": ADOPTED,
        "kubernetesNetworkConfig.elasticLoadBalancing": ADOPTED,
        "kubernetesNetworkConfig.ipFamily": ADOPTED,
        "kubernetesNetworkConfig.serviceIpv4Cidr": ADOPTED,
        "kubernetesNetworkConfig.serviceIpv6Cidr": ADOPTED,
        "name": OPTIONAL,
        "roleArn": REQUIRED,
        "storageConfig": ADOPTED,
        "tags": OPTIONAL,
        "upgradePolicy": ADOPTED,
        "version": ADOPTED,
        "vpcConfig": REQUIRED,
        "vpcConfig.endpointPrivateAccess": False,
        "vpcConfig.endpointPublicAccess": True,
        "vpcConfig.publicAccessCidrs": ADOPTED,
        "vpcConfig.securityGroupIds": OPTIONAL,
        "vpcConfig.subnetIds": REQUIRED,
        "zonalShiftConfig": OPTIONAL,
    },
    names={"vpcConfig": "resourcesVpcConfig"},
    single=("encryptionConfig",),
    outputs={
        "arn": "arn",
        "bootstrapSelfManagedAddons": "",
        "certificateAuthority": "certificateAuthority",
        "createdAt": "createdAt",
        "enabledClusterLogTypes": "logging.clusterLogging[?enabled].types[]",
        "endpoint": "endpoint",
        "identities": "identity && [{oidcs: [identity.oidc]}]",
        "platformVersion": "platformVersion",
        "status": "status",
        "vpcConfig.clusterSecurityGroupId": "",
        "vpcConfig.vpcId": "",
    },
    create=Call("CreateCluster", logging=LOGGING),
    id="{name}",
    key={"name": "name"},
    reads=(Call("DescribeCluster", at="cluster"),),
    # Each kind of change is an update of its own, and AWS takes one at a time.
    updates=(
        Call("UpdateClusterVersion", only="version", then=UPDATED),
        Call("UpdateClusterConfig", only="", accessConfig=ACCESS, then=UPDATED),
        Call(
            "UpdateClusterConfig", only="computeConfig storageConfig", kubernetesNetworkConfig=BALANCING, then=UPDATED
        ),
        Call("UpdateClusterConfig", only="upgradePolicy", then=UPDATED),
        Call("UpdateClusterConfig", only="zonalShiftConfig", then=UPDATED),
        Call("UpdateClusterConfig", only="deletionProtection", then=UPDATED),
        Call("UpdateClusterConfig", only="controlPlaneScalingConfig", then=UPDATED),
        Call("AssociateEncryptionConfig", only="encryptionConfig", when="encryptionConfig", then=UPDATED),
        Call("UpdateClusterConfig", only="", logging=OTHER_LOGGING, then=UPDATED),
        _vpc_config(PLACE),
        _vpc_config(ENDPOINT),
    ),
    deletes=(Call("DeleteCluster"),),
    gone=GONE,
    exists=EXISTS,
    ready=Wait(at="status", done=("ACTIVE",), failed=("FAILED",)),
    replaces=(
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
        "name",
        "roleArn",
    ),
    autoname=Autoname("name", 100),
    tagging=by_arn(listed=False),
)

ACCESS_ENTRY: Final = Row(
    service="eks",
    inputs={
        "clusterName": REQUIRED,
        "kubernetesGroups": ADOPTED,
        "principalArn": REQUIRED,
        "tags": OPTIONAL,
        "type": "STANDARD",
        "userName": ADOPTED,
    },
    names={"userName": "username"},
    outputs={"accessEntryArn": "accessEntryArn", "createdAt": "createdAt", "modifiedAt": "modifiedAt"},
    create=Call("CreateAccessEntry"),
    id="{clusterName}:{principalArn}",
    key={"clusterName": "clusterName", "principalArn": "principalArn"},
    reads=(Call("DescribeAccessEntry", at="accessEntry"),),
    updates=(Call("UpdateAccessEntry"),),
    deletes=(Call("DeleteAccessEntry"),),
    gone=GONE,
    exists=EXISTS,
    tagging=by_arn("$accessEntryArn", listed=False),
    delete_first=True,
)

ACCESS_POLICY_ASSOCIATION: Final = Row(
    service="eks",
    inputs={
        "accessScope": REQUIRED,
        "accessScope.type": REQUIRED,
        "clusterName": REQUIRED,
        "policyArn": REQUIRED,
        "principalArn": REQUIRED,
    },
    outputs={"associatedAt": "associatedAt", "modifiedAt": "modifiedAt"},
    create=Call("AssociateAccessPolicy"),
    id="{clusterName}#{principalArn}#{policyArn}",
    key={"clusterName": "clusterName", "policyArn": "policyArn", "principalArn": "principalArn"},
    reads=(Call("ListAssociatedAccessPolicies", at="associatedAccessPolicies[?policyArn == $policyArn] | [0]"),),
    deletes=(Call("DisassociateAccessPolicy"),),
    gone=GONE,
    delete_first=True,
)

ADDON: Final = Row(
    service="eks",
    inputs={
        "addonName": REQUIRED,
        "addonVersion": ADOPTED,
        "clusterName": REQUIRED,
        "configurationValues": ADOPTED,
        "podIdentityAssociations": OPTIONAL,
        "preserve": OPTIONAL,
        "resolveConflictsOnCreate": Of(Resolution),
        "resolveConflictsOnUpdate": Of(Resolution),
        "serviceAccountRoleArn": OPTIONAL,
        "tags": OPTIONAL,
    },
    outputs={
        "arn": "addonArn",
        "createdAt": "createdAt",
        "modifiedAt": "modifiedAt",
        "podIdentityAssociations": "",  # their ARNs only, and nothing of what they are
        "resolveConflictsOnCreate": "",
        "resolveConflictsOnUpdate": "",
    },
    create=Call("CreateAddon", resolveConflicts="$resolveConflictsOnCreate"),
    id="{clusterName}:{addonName}",
    key={"addonName": "addonName", "clusterName": "clusterName"},
    reads=(Call("DescribeAddon", at="addon"),),
    updates=(Call("UpdateAddon", resolveConflicts="$resolveConflictsOnUpdate", then=ADDON_UPDATED),),
    deletes=(Call("DeleteAddon", preserve="$preserve"),),
    gone=GONE,
    exists=EXISTS,
    ready=Wait(at="status", done=("ACTIVE",), failed=("CREATE_FAILED",)),
    documents=("configurationValues",),
    tagging=by_arn("$arn", listed=False),
    delete_first=True,
)

POD_IDENTITY_ASSOCIATION: Final = Row(
    service="eks",
    inputs={
        "clusterName": REQUIRED,
        "disableSessionTags": ADOPTED,
        "namespace": REQUIRED,
        "roleArn": REQUIRED,
        "serviceAccount": REQUIRED,
        "tags": OPTIONAL,
        "targetRoleArn": OPTIONAL,
    },
    outputs={"associationArn": "associationArn", "associationId": "associationId", "externalId": "externalId"},
    create=Call("CreatePodIdentityAssociation"),
    id="association.associationId",
    key={"associationId": "id", "clusterName": "clusterName"},
    reads=(Call("DescribePodIdentityAssociation", at="association"),),
    updates=(Call("UpdatePodIdentityAssociation"),),
    deletes=(Call("DeletePodIdentityAssociation"),),
    gone=GONE,
    tagging=by_arn("$associationArn", listed=False),
    delete_first=True,
)

ROWS: Final[Mapping[str, Row]] = {
    "aws:eks/accessEntry:AccessEntry": ACCESS_ENTRY,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ACCESS_POLICY_ASSOCIATION,
    "aws:eks/addon:Addon": ADDON,
    "aws:eks/cluster:Cluster": CLUSTER,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": POD_IDENTITY_ASSOCIATION,
}
