"""Clusters of Kubernetes, and who may do what in them and from them."""

from collections.abc import Mapping
from typing import Final, Literal

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Of, Row, Wait, declared
from sandbox.pulumi.plugins.aws.tagging import by_arn

GONE: Final = ("ResourceNotFoundException",)
EXISTS: Final = "ResourceInUseException"


def _updated(**more: str) -> Wait:
    """Until an update is through, which AWS numbers."""
    given = {"updateId": "$update.id", **more}
    done, failed = ("Successful",), ("Failed", "Cancelled")
    return Wait(asking="DescribeUpdate", given=given, at="update.status", done=done, failed=failed)


UPDATED: Final = _updated()
ADDON_UPDATED: Final = _updated(name="$clusterName", addonName="$addonName")
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


ROWS: Final[Mapping[str, Row]] = {
    "aws:eks/accessEntry:AccessEntry": Row(
        service="eks",
        inputs=declared("clusterName! principalArn! kubernetesGroups~ userName~", type="STANDARD"),
        names={"userName": "username"},
        told="accessEntryArn createdAt modifiedAt",
        create=Call("CreateAccessEntry"),
        id="{clusterName}:{principalArn}",
        reads=(Call("DescribeAccessEntry", at="accessEntry"),),
        updates=(Call("UpdateAccessEntry"),),
        deletes=(Call("DeleteAccessEntry"),),
        gone=GONE,
        exists=EXISTS,
        tagging=by_arn("$accessEntryArn", listed=False),
        delete_first=True,
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Row(
        service="eks",
        inputs=declared("accessScope! accessScope.type! clusterName! policyArn! principalArn!"),
        told="associatedAt modifiedAt",
        create=Call("AssociateAccessPolicy"),
        id="{clusterName}#{principalArn}#{policyArn}",
        reads=(Call("ListAssociatedAccessPolicies", at="associatedAccessPolicies[?policyArn == $policyArn] | [0]"),),
        deletes=(Call("DisassociateAccessPolicy"),),
        gone=GONE,
        delete_first=True,
    ),
    "aws:eks/addon:Addon": Row(
        service="eks",
        inputs=declared(
            "addonName! clusterName! addonVersion~ configurationValues~",
            "podIdentityAssociations preserve serviceAccountRoleArn",
            resolveConflictsOnCreate=Of(Resolution),
            resolveConflictsOnUpdate=Of(Resolution),
        ),
        told="createdAt modifiedAt",
        outputs={
            "arn": "addonArn",
            "podIdentityAssociations": "",  # their ARNs only, and nothing of what they are
            "resolveConflictsOnCreate": "",
            "resolveConflictsOnUpdate": "",
        },
        create=Call("CreateAddon", resolveConflicts="$resolveConflictsOnCreate"),
        id="{clusterName}:{addonName}",
        reads=(Call("DescribeAddon", at="addon"),),
        updates=(Call("UpdateAddon", resolveConflicts="$resolveConflictsOnUpdate", then=ADDON_UPDATED),),
        deletes=(Call("DeleteAddon", preserve="$preserve"),),
        gone=GONE,
        exists=EXISTS,
        ready=Wait(at="status", done=("ACTIVE",), failed=("CREATE_FAILED",)),
        documents=("configurationValues",),
        tagging=by_arn("$arn", listed=False),
        delete_first=True,
    ),
    "aws:eks/cluster:Cluster": Row(
        service="eks",
        inputs=declared(
            "roleArn! deletionProtection~ encryptionConfig name version~ zonalShiftConfig",
            "accessConfig~ accessConfig.authenticationMode~ accessConfig.bootstrapClusterCreatorAdminPermissions~",
            "computeConfig~ computeConfig.nodePools~ computeConfig.nodeRoleArn~ controlPlaneScalingConfig~",
            "kubernetesNetworkConfig~ kubernetesNetworkConfig.elasticLoadBalancing~ kubernetesNetworkConfig.ipFamily~",
            "kubernetesNetworkConfig.serviceIpv4Cidr~ kubernetesNetworkConfig.serviceIpv6Cidr~ storageConfig~",
            "upgradePolicy~ vpcConfig! vpcConfig.subnetIds! vpcConfig.publicAccessCidrs~",
            bootstrapSelfManagedAddons=True,
            enabledClusterLogTypes=Of(list[Logs]),
            **{"vpcConfig.endpointPrivateAccess": False, "vpcConfig.endpointPublicAccess": True},
        ),
        names={"vpcConfig": "resourcesVpcConfig"},
        single=("encryptionConfig",),
        told="arn certificateAuthority createdAt endpoint platformVersion status",
        outputs={
            "bootstrapSelfManagedAddons": "",
            "enabledClusterLogTypes": "logging.clusterLogging[?enabled].types[]",
            "identities": "identity && [{oidcs: [identity.oidc]}]",
            "vpcConfig.clusterSecurityGroupId": "",
            "vpcConfig.vpcId": "",
        },
        create=Call("CreateCluster", logging=LOGGING),
        id="{name}",
        reads=(Call("DescribeCluster", at="cluster"),),
        # Each kind of change is an update of its own, and AWS takes one at a time.
        updates=(
            Call("UpdateClusterVersion", only="version", then=UPDATED),
            Call("UpdateClusterConfig", only="", accessConfig=ACCESS, then=UPDATED),
            Call(
                "UpdateClusterConfig",
                only="computeConfig storageConfig",
                kubernetesNetworkConfig=BALANCING,
                then=UPDATED,
            ),
            Call("UpdateClusterConfig", only="upgradePolicy", then=UPDATED),
            Call("UpdateClusterConfig", only="zonalShiftConfig", then=UPDATED),
            Call("UpdateClusterConfig", only="deletionProtection", then=UPDATED),
            Call("UpdateClusterConfig", only="controlPlaneScalingConfig", then=UPDATED),
            Call("AssociateEncryptionConfig", only="encryptionConfig", clusterName="$name", then=UPDATED),
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
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Row(
        service="eks",
        inputs=declared("clusterName! namespace! roleArn! serviceAccount! disableSessionTags~ targetRoleArn"),
        told="associationArn associationId externalId",
        create=Call("CreatePodIdentityAssociation"),
        id="association.associationId",
        key={"associationId": "id", "clusterName": "clusterName"},
        lists=Call("ListPodIdentityAssociations", at="associations[].associationId"),
        reads=(Call("DescribePodIdentityAssociation", at="association"),),
        updates=(Call("UpdatePodIdentityAssociation"),),
        deletes=(Call("DeletePodIdentityAssociation"),),
        gone=GONE,
        tagging=by_arn("$associationArn", listed=False),
        delete_first=True,
    ),
}
