"""What each type of resource needs to be allowed: what the AWS provider calls for it.

Written from the calls that the provider's source makes. Until `make aws-smoke` has run under these rights, nobody has
proven that none is missing. What no call of the provider's shows is from AWS's documentation:

- `logs:…LogDelivery` of flow logs: Amazon VPC User Guide, "Create a flow log that publishes to Amazon S3".
- `iam:CreateServiceLinkedRole`: EKS, caches and their templates each have a role of AWS's, which is made with the first
  of them in an account, by the rights of whoever makes that one. Amazon EKS User Guide, "Using roles for Amazon EKS
  clusters"; Amazon ECR User Guide, "Using service-linked roles". Those of load balancers and of spot instances are made
  by the cluster's own role (AWS's policies AmazonEKSLoadBalancingPolicy and AmazonEKSComputePolicy).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Rights:
    """Actions on one type, of one service.

    Attributes:
        service: IAM's prefix.
        read: what a refresh and a preview ask.
        write: what makes, changes and deletes it; another service's with its own prefix.
        linked: the service of AWS's that gets a role in the account with the first of them.
    """

    service: str
    read: str = ""
    write: str = ""
    linked: str = ""

    def actions(self, *, writing: bool) -> Iterator[str]:
        """The actions in full."""
        for action in f"{self.read} {self.write if writing else ''}".split():
            yield action if ":" in action else f"{self.service}:{action}"


_EC2_TAGS: Final = "CreateTags DeleteTags"

RIGHTS: Final[Mapping[str, Rights]] = {
    "aws:acm/certificate:Certificate": Rights(
        "acm",
        "DescribeCertificate ListTagsForCertificate",
        "RequestCertificate DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate UpdateCertificateOptions",
    ),
    "aws:acm/certificateValidation:CertificateValidation": Rights("acm", "DescribeCertificate"),
    "aws:budgets/budget:Budget": Rights(
        "budgets", "ViewBudget ListTagsForResource", "ModifyBudget TagResource UntagResource"
    ),
    "aws:cloudwatch/logGroup:LogGroup": Rights(
        "logs",
        "DescribeLogGroups ListTagsForResource",
        "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey "
        "TagResource UntagResource",
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Rights(
        "cloudwatch", "DescribeAlarms ListTagsForResource", "PutMetricAlarm DeleteAlarms TagResource UntagResource"
    ),
    "aws:codebuild/project:Project": Rights(
        "codebuild", "BatchGetProjects", "CreateProject UpdateProject DeleteProject"
    ),
    "aws:codebuild/webhook:Webhook": Rights(
        "codebuild", "BatchGetProjects", "CreateWebhook UpdateWebhook DeleteWebhook"
    ),
    "aws:ec2/eip:Eip": Rights(
        "ec2",
        "DescribeAddresses DescribeAddressesAttribute",
        f"AllocateAddress ReleaseAddress DisassociateAddress {_EC2_TAGS}",
    ),
    "aws:ec2/flowLog:FlowLog": Rights(
        "ec2",
        "DescribeFlowLogs",
        f"CreateFlowLogs DeleteFlowLogs logs:CreateLogDelivery logs:DeleteLogDelivery {_EC2_TAGS}",
    ),
    "aws:ec2/internetGateway:InternetGateway": Rights(
        "ec2",
        "DescribeInternetGateways",
        f"CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway {_EC2_TAGS}",
    ),
    "aws:ec2/natGateway:NatGateway": Rights(
        "ec2", "DescribeNatGateways", f"CreateNatGateway DeleteNatGateway {_EC2_TAGS}"
    ),
    "aws:ec2/route:Route": Rights("ec2", "DescribeRouteTables", "CreateRoute ReplaceRoute DeleteRoute"),
    "aws:ec2/routeTable:RouteTable": Rights(
        "ec2", "DescribeRouteTables", f"CreateRouteTable DeleteRouteTable {_EC2_TAGS}"
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Rights(
        "ec2", "DescribeRouteTables", "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation"
    ),
    "aws:ec2/securityGroup:SecurityGroup": Rights(
        "ec2",
        "DescribeSecurityGroups DescribeNetworkInterfaces",
        f"CreateSecurityGroup DeleteSecurityGroup RevokeSecurityGroupEgress AuthorizeSecurityGroupEgress {_EC2_TAGS}",
    ),
    "aws:ec2/subnet:Subnet": Rights(
        "ec2",
        "DescribeSubnets DescribeNetworkInterfaces",
        f"CreateSubnet DeleteSubnet ModifySubnetAttribute {_EC2_TAGS}",
    ),
    "aws:ec2/vpc:Vpc": Rights(
        "ec2",
        "DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups",
        f"CreateVpc DeleteVpc ModifyVpcAttribute {_EC2_TAGS}",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Rights(
        "ec2",
        "DescribeVpcEndpoints DescribePrefixLists DescribeVpcEndpointServices",
        f"CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints {_EC2_TAGS}",
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Rights(
        "ecr", "GetLifecyclePolicy", "PutLifecyclePolicy DeleteLifecyclePolicy"
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Rights(
        "ecr",
        "DescribePullThroughCacheRules",
        "CreatePullThroughCacheRule UpdatePullThroughCacheRule DeletePullThroughCacheRule",
        "pullthroughcache.ecr.amazonaws.com",
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Rights(
        "ecr", "GetRegistryScanningConfiguration", "PutRegistryScanningConfiguration"
    ),
    "aws:ecr/repository:Repository": Rights(
        "ecr",
        "DescribeRepositories ListTagsForResource",
        "CreateRepository DeleteRepository PutImageTagMutability PutImageScanningConfiguration TagResource "
        "UntagResource",
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Rights(
        "ecr",
        "DescribeRepositoryCreationTemplates",
        "CreateRepositoryCreationTemplate UpdateRepositoryCreationTemplate DeleteRepositoryCreationTemplate",
        "ecr.amazonaws.com",
    ),
    "aws:eks/accessEntry:AccessEntry": Rights(
        "eks", "DescribeAccessEntry", "CreateAccessEntry UpdateAccessEntry DeleteAccessEntry TagResource UntagResource"
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Rights(
        "eks", "ListAssociatedAccessPolicies", "AssociateAccessPolicy DisassociateAccessPolicy"
    ),
    "aws:eks/addon:Addon": Rights(
        "eks",
        "DescribeAddon DescribeAddonVersions DescribeUpdate DescribePodIdentityAssociation",
        "CreateAddon UpdateAddon DeleteAddon CreatePodIdentityAssociation UpdatePodIdentityAssociation "
        "DeletePodIdentityAssociation TagResource UntagResource",
    ),
    "aws:eks/cluster:Cluster": Rights(
        "eks",
        "DescribeCluster DescribeUpdate ListTagsForResource AccessKubernetesApi",
        "CreateCluster UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig DeleteCluster TagResource "
        "UntagResource",
        "eks.amazonaws.com",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Rights(
        "eks",
        "DescribePodIdentityAssociation ListPodIdentityAssociations",
        "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation TagResource "
        "UntagResource",
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Rights(
        "iam",
        "GetOpenIDConnectProvider",
        "CreateOpenIDConnectProvider DeleteOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint "
        "AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider "
        "UntagOpenIDConnectProvider",
    ),
    "aws:iam/policy:Policy": Rights(
        "iam",
        "GetPolicy GetPolicyVersion ListPolicyVersions",
        "CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion TagPolicy UntagPolicy",
    ),
    "aws:iam/role:Role": Rights(
        "iam",
        "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole",
        "CreateRole DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy TagRole UntagRole PassRole",
    ),
    "aws:iam/rolePolicy:RolePolicy": Rights("iam", "GetRolePolicy", "PutRolePolicy DeleteRolePolicy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Rights(
        "iam", "ListAttachedRolePolicies", "AttachRolePolicy DetachRolePolicy"
    ),
    "aws:kms/alias:Alias": Rights("kms", "ListAliases", "CreateAlias UpdateAlias DeleteAlias"),
    "aws:kms/key:Key": Rights(
        "kms",
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
        "CreateKey PutKeyPolicy EnableKeyRotation DisableKeyRotation UpdateKeyDescription ScheduleKeyDeletion "
        # What it is used for: who makes a cluster, a repository or a volume with it grants it on.
        "CreateGrant Decrypt GenerateDataKey TagResource UntagResource",
    ),
    "aws:route53/record:Record": Rights(
        "route53", "GetHostedZone ListResourceRecordSets GetChange", "ChangeResourceRecordSets"
    ),
    "aws:route53/zone:Zone": Rights(
        "route53",
        "GetHostedZone ListTagsForResource GetChange GetDNSSEC",
        "CreateHostedZone DeleteHostedZone UpdateHostedZoneComment AssociateVPCWithHostedZone ChangeTagsForResource",
    ),
    "aws:s3/bucket:Bucket": Rights(
        "s3",
        "ListBucket GetBucketLocation GetBucketTagging GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite "
        "GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging "
        "GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration "
        "GetBucketObjectLockConfiguration",
        "CreateBucket DeleteBucket PutBucketTagging",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Rights(
        "s3", "GetLifecycleConfiguration", "PutLifecycleConfiguration"
    ),
    "aws:s3/bucketLogging:BucketLogging": Rights("s3", "GetBucketLogging", "PutBucketLogging"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Rights(
        "s3", "GetBucketOwnershipControls", "PutBucketOwnershipControls"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Rights("s3", "GetBucketPolicy", "PutBucketPolicy DeleteBucketPolicy"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Rights(
        "s3", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Rights(
        "s3", "GetEncryptionConfiguration", "PutEncryptionConfiguration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Rights("s3", "GetBucketVersioning", "PutBucketVersioning"),
    "aws:sns/topic:Topic": Rights(
        "sns",
        "GetTopicAttributes ListTagsForResource",
        "CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource",
    ),
    "aws:sns/topicSubscription:TopicSubscription": Rights(
        "sns", "GetSubscriptionAttributes", "Subscribe Unsubscribe SetSubscriptionAttributes"
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Rights(
        "ec2",
        "DescribeSecurityGroupRules",
        f"AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules {_EC2_TAGS}",
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Rights(
        "ec2",
        "DescribeSecurityGroupRules",
        f"AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules {_EC2_TAGS}",
    ),
}
"""What each type needs. A test compares it with what the stacks declare."""
