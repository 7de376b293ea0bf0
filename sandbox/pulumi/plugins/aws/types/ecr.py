"""Images: repositories, and what is pulled through from elsewhere."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Row
from sandbox.pulumi.plugins.aws.tagging import by_arn

NO_REPOSITORY: Final = "RepositoryNotFoundException"

REPOSITORY: Final = Row(
    service="ecr",
    inputs={
        "encryptionConfigurations": ADOPTED,
        "encryptionConfigurations.encryptionType": "AES256",
        "encryptionConfigurations.kmsKey": ADOPTED,
        "forceDelete": OPTIONAL,
        "imageScanningConfiguration": ADOPTED,
        "imageTagMutability": "MUTABLE",
        "imageTagMutabilityExclusionFilters": OPTIONAL,
        "name": OPTIONAL,
        "tags": OPTIONAL,
    },
    names={"encryptionConfigurations": "encryptionConfiguration", "name": "repositoryName", "forceDelete": "force"},
    listed=("encryptionConfigurations",),
    outputs={"arn": "repositoryArn", "registryId": "registryId", "repositoryUrl": "repositoryUri"},
    create=Call("CreateRepository"),
    id="{name}",
    key={"name": "name"},
    reads=(Call("DescribeRepositories", at="repositories[0]", repositoryNames=["$name"]),),
    updates=(Call("PutImageTagMutability"), Call("PutImageScanningConfiguration")),
    deletes=(Call("DeleteRepository", forceDelete="$forceDelete"),),
    gone=(NO_REPOSITORY,),
    exists="RepositoryAlreadyExistsException",
    autoname=Autoname("name", 256),
    tagging=by_arn(),
)

LIFECYCLE_POLICY: Final = Row(
    service="ecr",
    inputs={"policy": REQUIRED, "repository": REQUIRED},
    names={"policy": "lifecyclePolicyText", "repository": "repositoryName"},
    outputs={"registryId": "registryId"},
    create=Call("PutLifecyclePolicy"),
    id="{repository}",
    key={"repository": "repository"},
    reads=(Call("GetLifecyclePolicy"),),
    updates=(Call("PutLifecyclePolicy"),),
    deletes=(Call("DeleteLifecyclePolicy"),),
    gone=("LifecyclePolicyNotFoundException", NO_REPOSITORY),
    documents=("policy",),
    delete_first=True,
)

REGISTRY_SCANNING_CONFIGURATION: Final = Row(
    service="ecr",
    inputs={"rules": OPTIONAL, "scanType": REQUIRED},
    outputs={
        "registryId": "registryId",
        "rules": "scanningConfiguration.rules",
        "scanType": "scanningConfiguration.scanType",
    },
    create=Call("PutRegistryScanningConfiguration"),
    id="{account}",
    reads=(Call("GetRegistryScanningConfiguration"),),
    updates=(Call("PutRegistryScanningConfiguration", rules="$rules || `[]`"),),
    # A registry always has one, so its end is the one that a new account has.
    deletes=(Call("PutRegistryScanningConfiguration", scanType="BASIC", rules=[]),),
    delete_first=True,
)

PULL_THROUGH_CACHE_RULE: Final = Row(
    service="ecr",
    inputs={
        "credentialArn": OPTIONAL,
        "customRoleArn": OPTIONAL,
        "ecrRepositoryPrefix": REQUIRED,
        "upstreamRegistryUrl": REQUIRED,
        "upstreamRepositoryPrefix": ADOPTED,
    },
    outputs={"registryId": "registryId"},
    create=Call("CreatePullThroughCacheRule"),
    id="{ecrRepositoryPrefix}",
    key={"ecrRepositoryPrefix": "ecrRepositoryPrefix"},
    reads=(
        Call(
            "DescribePullThroughCacheRules",
            at="pullThroughCacheRules[0]",
            ecrRepositoryPrefixes=["$ecrRepositoryPrefix"],
        ),
    ),
    updates=(Call("UpdatePullThroughCacheRule"),),
    deletes=(Call("DeletePullThroughCacheRule"),),
    gone=("PullThroughCacheRuleNotFoundException",),
    exists="PullThroughCacheRuleAlreadyExistsException",
    delete_first=True,
)

REPOSITORY_CREATION_TEMPLATE: Final = Row(
    service="ecr",
    inputs={
        "appliedFors": REQUIRED,
        "customRoleArn": OPTIONAL,
        "description": OPTIONAL,
        "encryptionConfigurations": ADOPTED,
        "encryptionConfigurations.encryptionType": "AES256",
        "encryptionConfigurations.kmsKey": ADOPTED,
        "imageTagMutability": "MUTABLE",
        "lifecyclePolicy": OPTIONAL,
        "prefix": REQUIRED,
        "repositoryPolicy": OPTIONAL,
        "resourceTags": OPTIONAL,
    },
    names={"appliedFors": "appliedFor", "encryptionConfigurations": "encryptionConfiguration"},
    listed=("encryptionConfigurations",),
    maps=("resourceTags",),
    outputs={"registryId": "{account}"},
    create=Call("CreateRepositoryCreationTemplate"),
    id="{prefix}",
    key={"prefix": "prefix"},
    reads=(Call("DescribeRepositoryCreationTemplates", at="repositoryCreationTemplates[0]", prefixes=["$prefix"]),),
    updates=(Call("UpdateRepositoryCreationTemplate"),),
    deletes=(Call("DeleteRepositoryCreationTemplate"),),
    gone=("TemplateNotFoundException",),
    exists="TemplateAlreadyExistsException",
    documents=("lifecyclePolicy", "repositoryPolicy"),
    delete_first=True,
)

ROWS: Final[Mapping[str, Row]] = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": LIFECYCLE_POLICY,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": PULL_THROUGH_CACHE_RULE,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": REGISTRY_SCANNING_CONFIGURATION,
    "aws:ecr/repository:Repository": REPOSITORY,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": REPOSITORY_CREATION_TEMPLATE,
}
