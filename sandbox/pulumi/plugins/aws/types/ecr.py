"""Images: repositories, and what is pulled through from elsewhere."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Row, declared
from sandbox.pulumi.plugins.aws.tagging import by_arn

NO_REPOSITORY: Final = "RepositoryNotFoundException"
ROWS: Final[Mapping[str, Row]] = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Row(
        service="ecr",
        inputs=declared("policy! repository!"),
        names={"policy": "lifecyclePolicyText", "repository": "repositoryName"},
        told="registryId",
        create=Call("PutLifecyclePolicy"),
        id="{repository}",
        reads=(Call("GetLifecyclePolicy"),),
        updates=(Call("PutLifecyclePolicy"),),
        deletes=(Call("DeleteLifecyclePolicy"),),
        gone=("LifecyclePolicyNotFoundException", NO_REPOSITORY),
        documents=("policy",),
        delete_first=True,
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Row(
        service="ecr",
        inputs=declared(
            "ecrRepositoryPrefix! upstreamRegistryUrl! credentialArn customRoleArn upstreamRepositoryPrefix~"
        ),
        told="registryId",
        create=Call("CreatePullThroughCacheRule"),
        id="{ecrRepositoryPrefix}",
        reads=(Call("DescribePullThroughCacheRules", at="pullThroughCacheRules[0]", ecrRepositoryPrefixes=["$id"]),),
        updates=(Call("UpdatePullThroughCacheRule"),),
        deletes=(Call("DeletePullThroughCacheRule"),),
        gone=("PullThroughCacheRuleNotFoundException",),
        exists="PullThroughCacheRuleAlreadyExistsException",
        delete_first=True,
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Row(
        service="ecr",
        inputs=declared("scanType! rules"),
        told="registryId",
        outputs={"rules": "scanningConfiguration.rules", "scanType": "scanningConfiguration.scanType"},
        create=Call("PutRegistryScanningConfiguration"),
        id="{account}",
        reads=(Call("GetRegistryScanningConfiguration"),),
        updates=(Call("PutRegistryScanningConfiguration", rules="$rules || `[]`"),),
        # A registry always has one, so its end is the one that a new account has.
        deletes=(Call("PutRegistryScanningConfiguration", scanType="BASIC", rules=[]),),
        delete_first=True,
    ),
    "aws:ecr/repository:Repository": Row(
        service="ecr",
        inputs=declared(
            "forceDelete imageScanningConfiguration~ imageTagMutabilityExclusionFilters name",
            "encryptionConfigurations~ encryptionConfigurations.kmsKey~",
            imageTagMutability="MUTABLE",
            **{"encryptionConfigurations.encryptionType": "AES256"},
        ),
        names={"encryptionConfigurations": "encryptionConfiguration", "name": "repositoryName", "forceDelete": "force"},
        listed=("encryptionConfigurations",),
        told="registryId",
        outputs={"arn": "repositoryArn", "repositoryUrl": "repositoryUri"},
        create=Call("CreateRepository"),
        id="{name}",
        reads=(Call("DescribeRepositories", at="repositories[0]", repositoryNames=["$name"]),),
        updates=(Call("PutImageTagMutability"), Call("PutImageScanningConfiguration")),
        deletes=(Call("DeleteRepository", forceDelete="$forceDelete"),),
        gone=(NO_REPOSITORY,),
        exists="RepositoryAlreadyExistsException",
        autoname=Autoname("name", 256),
        tagging=by_arn(),
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Row(
        service="ecr",
        inputs=declared(
            "appliedFors! prefix! customRoleArn description lifecyclePolicy repositoryPolicy resourceTags",
            "encryptionConfigurations~ encryptionConfigurations.kmsKey~",
            imageTagMutability="MUTABLE",
            **{"encryptionConfigurations.encryptionType": "AES256"},
        ),
        names={"appliedFors": "appliedFor", "encryptionConfigurations": "encryptionConfiguration"},
        listed=("encryptionConfigurations",),
        maps=("resourceTags",),
        outputs={"registryId": "{account}"},
        create=Call("CreateRepositoryCreationTemplate"),
        id="{prefix}",
        reads=(Call("DescribeRepositoryCreationTemplates", at="repositoryCreationTemplates[0]", prefixes=["$prefix"]),),
        updates=(Call("UpdateRepositoryCreationTemplate"),),
        deletes=(Call("DeleteRepositoryCreationTemplate"),),
        gone=("TemplateNotFoundException",),
        exists="TemplateAlreadyExistsException",
        documents=("lifecyclePolicy", "repositoryPolicy"),
        delete_first=True,
    ),
}
