"""One of each type of the table: what is declared, what then changes, and what another one of it would need."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    ],
}
OTHER_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def policy(action: str) -> str:
    """A document that allows one thing."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def expiry(days: int) -> str:
    """A lifecycle of images."""
    selection = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


@dataclass(frozen=True)
class Case:
    """A resource of a type. Text that begins with `@` is another case's id, or after a dot one of its outputs.

    Attributes:
        token: the type.
        declared: its inputs.
        other: inputs that an update brings it to, on top of those; none where every change makes a new one.
        changes: the paths that then change.
        replaced: an input that only a new resource can change, and another value for it.
        refused: an input that the type refuses, the path that the refusal names, and what it says.
        outputs: some that have to be there.
        also: inputs that further updates bring it to, on top of what is declared, so that every call is made once.
        onward: those of the other inputs that AWS never takes back.
        untold: inputs that AWS doesn't tell, so that an import can't know them.
        imported: whether its id alone tells what it is.
        ends: whether AWS lets it go.
    """

    token: str
    declared: Mapping[str, Any]
    other: Mapping[str, Any] = field(default_factory=dict[str, Any])
    changes: Mapping[str, str] = field(default_factory=dict[str, str])
    replaced: tuple[str, Any] | None = None
    refused: tuple[Mapping[str, Any], str, str] | None = None
    outputs: tuple[str, ...] = ()
    also: tuple[Mapping[str, Any], ...] = ()
    onward: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    imported: bool = True
    ends: bool = True


TAGS = {"Name": "one"}
OTHER_TAGS = {"Name": "two"}
TAGGED = {"tags.Name": "UPDATE", "tagsAll.Name": "UPDATE"}

CASES: Mapping[str, Case] = {
    "vpc": Case(
        "aws:ec2/vpc:Vpc",
        {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "tags": TAGS},
        {"enableDnsHostnames": False, "tags": OTHER_TAGS},
        {"enableDnsHostnames": "UPDATE", **TAGGED},
        replaced=("cidrBlock", "10.1.0.0/16"),
        refused=({"instanceTenancy": "mine"}, "instanceTenancy", "'mine'"),
        outputs=("arn", "defaultSecurityGroupId", "defaultNetworkAclId", "mainRouteTableId", "ownerId"),
    ),
    "subnet": Case(
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-central-1a", "tags": TAGS},
        {"mapPublicIpOnLaunch": True},
        {"mapPublicIpOnLaunch": "UPDATE"},
        replaced=("availabilityZone", "eu-central-1b"),
        refused=({"cidrBlock": 10}, "cidrBlock", "string"),
        outputs=("arn", "availabilityZoneId"),
    ),
    "second-subnet": Case(
        "aws:ec2/subnet:Subnet",
        {"vpcId": "@vpc", "cidrBlock": "10.0.1.0/24", "availabilityZone": "eu-central-1b"},
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
    ),
    "gateway": Case(
        "aws:ec2/internetGateway:InternetGateway",
        {"vpcId": "@vpc"},
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
        outputs=("arn",),
    ),
    "address": Case(
        "aws:ec2/eip:Eip",
        {"domain": "vpc"},
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
        refused=({"domain": "moon"}, "domain", "'moon'"),
        outputs=("allocationId", "publicIp"),
    ),
    "nat": Case(
        "aws:ec2/natGateway:NatGateway",
        {"allocationId": "@address", "subnetId": "@subnet"},
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
        replaced=("connectivityType", "private"),
        outputs=("publicIp",),
    ),
    "routes": Case(
        "aws:ec2/routeTable:RouteTable",
        {"vpcId": "@vpc", "tags": TAGS},
        {"tags": OTHER_TAGS},
        TAGGED,
        replaced=("vpcId", "vpc-1"),
        outputs=("arn",),
    ),
    "route": Case(
        "aws:ec2/route:Route",
        {"routeTableId": "@routes", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "@gateway"},
        {"gatewayId": None, "natGatewayId": "@nat"},
        {"gatewayId": "DELETE", "natGatewayId": "ADD"},
        replaced=("destinationCidrBlock", "10.9.0.0/16"),
        outputs=("origin", "state"),
    ),
    "association": Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        {"routeTableId": "@routes", "subnetId": "@subnet"},
        replaced=("subnetId", "subnet-1"),
    ),
    "endpoint": Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": "@vpc",
            "serviceName": "com.amazonaws.eu-central-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": ["@routes"],
            "policy": policy("s3:GetObject"),
        },
        {"policy": policy("s3:*"), "routeTableIds": []},
        {"policy": "UPDATE", "routeTableIds[0]": "DELETE"},
        replaced=("serviceName", "com.amazonaws.eu-central-1.ecr.api"),
        refused=({"vpcEndpointType": "Door"}, "vpcEndpointType", "'Door'"),
        outputs=("arn", "state"),
    ),
    "interface": Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": "@vpc",
            "serviceName": "com.amazonaws.eu-central-1.ecr.api",
            "vpcEndpointType": "Interface",
            "subnetIds": ["@subnet", "@second-subnet"],
            "securityGroupIds": ["@firewall"],
            "privateDnsEnabled": True,
            "dnsOptions": {"privateDnsOnlyForInboundResolverEndpoint": False},
        },
        {"subnetIds": ["@second-subnet"], "privateDnsEnabled": False},
        {"privateDnsEnabled": "UPDATE", "subnetIds[0]": "UPDATE", "subnetIds[1]": "DELETE"},
    ),
    "firewall": Case(
        "aws:ec2/securityGroup:SecurityGroup",
        {"vpcId": "@vpc", "description": "endpoints", "tags": TAGS},
        {"tags": OTHER_TAGS},
        TAGGED,
        replaced=("description", "others"),
        outputs=("arn", "name", "ownerId"),
    ),
    "rule": Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "securityGroupId": "@firewall",
            "cidrIpv4": "10.0.0.0/16",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "from the network",
        },
        {"cidrIpv4": "10.0.0.0/8"},
        {"cidrIpv4": "UPDATE"},
        replaced=("securityGroupId", "sg-1"),
        refused=({"fromPort": "https"}, "fromPort", "'https'"),
        outputs=("securityGroupRuleId",),
    ),
    "way-out": Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        {
            "securityGroupId": "@firewall",
            "referencedSecurityGroupId": "@firewall",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "tags": TAGS,
        },
        {"toPort": 444, "tags": OTHER_TAGS},
        {"toPort": "UPDATE", **TAGGED},
        replaced=("securityGroupId", "sg-1"),
    ),
    "flows": Case(
        "aws:ec2/flowLog:FlowLog",
        {
            "vpcId": "@vpc",
            "trafficType": "ALL",
            "logDestinationType": "s3",
            "logDestination": "arn:aws:s3:::@logs/flows/",
            "maxAggregationInterval": 600,
        },
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
        replaced=("trafficType", "REJECT"),
        refused=({"trafficType": "SOME"}, "trafficType", "'SOME'"),
        outputs=("arn", "logFormat"),
    ),
    "key": Case(
        "aws:kms/key:Key",
        {
            "description": "secrets",
            "enableKeyRotation": True,
            "rotationPeriodInDays": 180,
            "deletionWindowInDays": 7,
            "tags": TAGS,
        },
        {"description": "others", "rotationPeriodInDays": 365, "isEnabled": False},
        {"description": "UPDATE", "rotationPeriodInDays": "UPDATE", "isEnabled": "UPDATE"},
        replaced=("keyUsage", "SIGN_VERIFY"),
        refused=({"rotationPeriodInDays": 30}, "rotationPeriodInDays", "90"),
        outputs=("arn", "keyId", "policy"),
        also=({"enableKeyRotation": False, "rotationPeriodInDays": None},),
        untold=("deletionWindowInDays",),
    ),
    "alias": Case(
        "aws:kms/alias:Alias",
        {"name": "alias/secrets", "targetKeyId": "@key"},
        {"targetKeyId": "@second-key"},
        {"targetKeyId": "UPDATE"},
        replaced=("name", "alias/others"),
        outputs=("arn", "targetKeyArn"),
    ),
    "second-key": Case(
        "aws:kms/key:Key", {"policy": policy("kms:Get*")}, {"policy": policy("kms:*")}, {"policy": "UPDATE"}
    ),
    "group": Case(
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "/aws/eks/main/cluster", "retentionInDays": 30, "kmsKeyId": "@key.arn", "tags": TAGS},
        {"retentionInDays": 90, "kmsKeyId": None, "tags": OTHER_TAGS},
        {"retentionInDays": "UPDATE", "kmsKeyId": "DELETE", **TAGGED},
        replaced=("name", "/other"),
        refused=({"name": "a b"}, "name", "doesn't match"),
        outputs=("arn",),
        also=({"retentionInDays": 0},),
    ),
    "alarm": Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "alarmDescription": "nodes fail",
            "namespace": "AWS/NATGateway",
            "metricName": "ErrorPortAllocation",
            "dimensions": {"NatGatewayId": "@nat"},
            "statistic": "Sum",
            "period": 300,
            "evaluationPeriods": 1,
            "threshold": 0,
            "comparisonOperator": "GreaterThanThreshold",
            "treatMissingData": "notBreaching",
            "alarmActions": ["@topic"],
            "okActions": ["@topic"],
        },
        {"threshold": 10, "alarmActions": []},
        {"threshold": "UPDATE", "alarmActions[0]": "DELETE"},
        replaced=("name", "another"),
        refused=({"comparisonOperator": "About"}, "comparisonOperator", "'About'"),
        outputs=("arn",),
    ),
    "role": Case(
        "aws:iam/role:Role",
        {"description": "nodes", "assumeRolePolicy": TRUST, "maxSessionDuration": 3600, "tags": TAGS},
        {"description": "others", "maxSessionDuration": 7200, "tags": OTHER_TAGS},
        {"description": "UPDATE", "maxSessionDuration": "UPDATE", **TAGGED},
        replaced=("path", "/x/"),
        refused=({"maxSessionDuration": 1}, "maxSessionDuration", "3600"),
        outputs=("arn", "name", "uniqueId"),
        also=({"assumeRolePolicy": OTHER_TRUST},),
    ),
    "inline": Case(
        "aws:iam/rolePolicy:RolePolicy",
        {"role": "@role.name", "policy": policy("s3:GetObject")},
        {"policy": policy("s3:PutObject")},
        {"policy": "UPDATE"},
        replaced=("name", "another"),
        refused=({"policy": "{"}, "policy", "isn't JSON"),
    ),
    "policy": Case(
        "aws:iam/policy:Policy",
        {"description": "reads", "policy": policy("s3:GetObject"), "tags": TAGS},
        {"policy": policy("s3:PutObject"), "tags": OTHER_TAGS},
        {"policy": "UPDATE", **TAGGED},
        replaced=("description", "writes"),
        outputs=("arn", "policyId"),
        also=tuple({"policy": policy(f"s3:{verb}Object")} for verb in ("Put", "Get", "Delete", "Restore", "Put")),
    ),
    "attachment": Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": "@role.name", "policyArn": "@policy.arn"},
        replaced=("role", "another"),
        refused=({"policyArn": "short"}, "policyArn", "20"),
    ),
    "issuer": Case(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC", "clientIdLists": ["sts.amazonaws.com"]},
        {"tags": TAGS},
        {"tags": "ADD", "tagsAll.Name": "ADD"},
        replaced=("url", "https://elsewhere.example"),
        outputs=("arn",),
        also=({"thumbprintLists": ["a" * 40]},),
    ),
    "cluster": Case(
        "aws:eks/cluster:Cluster",
        {
            "name": "main",
            "version": "1.33",
            "roleArn": "@role.arn",
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            "bootstrapSelfManagedAddons": False,
            "computeConfig": {"enabled": True},
            "storageConfig": {"blockStorage": {"enabled": True}},
            "kubernetesNetworkConfig": {
                "elasticLoadBalancing": {"enabled": True},
                "ipFamily": "ipv4",
                "serviceIpv4Cidr": "172.20.0.0/16",
            },
            "encryptionConfig": {"provider": {"keyArn": "@key.arn"}, "resources": ["secrets"]},
            "enabledClusterLogTypes": ["api", "audit", "authenticator"],
            "vpcConfig": {
                "subnetIds": ["@subnet", "@second-subnet"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["203.0.113.0/24"],
            },
            "upgradePolicy": {"supportType": "STANDARD"},
            "zonalShiftConfig": {"enabled": True},
            "deletionProtection": False,
            "tags": TAGS,
        },
        {
            "version": "1.34",
            "enabledClusterLogTypes": ["api", "scheduler"],
            "vpcConfig": {
                "subnetIds": ["@subnet", "@second-subnet"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": False,
            },
            "upgradePolicy": {"supportType": "EXTENDED"},
            "zonalShiftConfig": {"enabled": False},
            "tags": OTHER_TAGS,
        },
        {
            "version": "UPDATE",
            "enabledClusterLogTypes[1]": "UPDATE",
            "enabledClusterLogTypes[2]": "DELETE",
            "vpcConfig.endpointPublicAccess": "UPDATE",
            "upgradePolicy.supportType": "UPDATE",
            "zonalShiftConfig.enabled": "UPDATE",
            **TAGGED,
        },
        replaced=("roleArn", "arn:aws:iam::123456789012:role/other"),
        refused=({"accessConfig": {"authenticationMode": "NONE"}}, "accessConfig.authenticationMode", "'NONE'"),
        outputs=("arn", "endpoint", "certificateAuthority", "identities", "status"),
        onward=("version",),
        untold=("bootstrapSelfManagedAddons",),
    ),
    "plain-cluster": Case(
        "aws:eks/cluster:Cluster",
        {"name": "plain", "roleArn": "@role.arn", "vpcConfig": {"subnetIds": ["@subnet", "@second-subnet"]}},
        {"encryptionConfig": {"provider": {"keyArn": "@key.arn"}, "resources": ["secrets"]}},
        {"encryptionConfig": "ADD"},
        onward=("encryptionConfig",),
        outputs=("accessConfig", "kubernetesNetworkConfig", "version"),
    ),
    "entry": Case(
        "aws:eks/accessEntry:AccessEntry",
        {"clusterName": "@cluster.name", "principalArn": "@role.arn", "kubernetesGroups": ["deployers"], "tags": TAGS},
        {"kubernetesGroups": ["deployers", "readers"], "tags": OTHER_TAGS},
        {"kubernetesGroups[1]": "ADD", **TAGGED},
        replaced=("type", "EC2_LINUX"),
        outputs=("accessEntryArn", "userName"),
    ),
    "access": Case(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {
            "clusterName": "@cluster.name",
            "principalArn": "@entry.principalArn",
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            "accessScope": {"type": "cluster"},
        },
        replaced=("policyArn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"),
        refused=({"accessScope": {"type": "world"}}, "accessScope.type", "'world'"),
        outputs=("associatedAt",),
    ),
    "addon": Case(
        "aws:eks/addon:Addon",
        {
            "clusterName": "@cluster.name",
            "addonName": "aws-mountpoint-s3-csi-driver",
            "addonVersion": "v2.0.0-eksbuild.1",
            "configurationValues": json.dumps({"node": {"tolerateAllTaints": True}}),
            "serviceAccountRoleArn": "@role.arn",
            "resolveConflictsOnCreate": "OVERWRITE",
            "resolveConflictsOnUpdate": "OVERWRITE",
        },
        {"addonVersion": "v2.1.0-eksbuild.1", "configurationValues": "{}"},
        {"addonVersion": "UPDATE", "configurationValues": "UPDATE"},
        replaced=("addonName", "metrics-server"),
        refused=({"resolveConflictsOnCreate": "ASK"}, "resolveConflictsOnCreate", "'ASK'"),
        untold=("resolveConflictsOnCreate", "resolveConflictsOnUpdate"),
        outputs=("arn",),
    ),
    "pod-identity": Case(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        {
            "clusterName": "@cluster.name",
            "namespace": "serving",
            "serviceAccount": "models",
            "roleArn": "@role.arn",
        },
        {"roleArn": "@second-role.arn"},
        {"roleArn": "UPDATE"},
        replaced=("namespace", "other"),
        outputs=("associationArn", "associationId"),
        imported=False,
    ),
    "second-role": Case(
        "aws:iam/role:Role",
        {"name": "fixed", "assumeRolePolicy": TRUST, "permissionsBoundary": "@policy.arn"},
        {"permissionsBoundary": None},
        {"permissionsBoundary": "DELETE"},
    ),
    "images": Case(
        "aws:ecr/repository:Repository",
        {
            "name": "service",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "@key.arn"}],
            "tags": TAGS,
        },
        {"imageTagMutability": "MUTABLE", "imageScanningConfiguration": {"scanOnPush": False}, "tags": OTHER_TAGS},
        {"imageTagMutability": "UPDATE", "imageScanningConfiguration.scanOnPush": "UPDATE", **TAGGED},
        replaced=("name", "another"),
        refused=({"name": "Capital"}, "name", "doesn't match"),
        outputs=("arn", "repositoryUrl", "registryId"),
    ),
    "images-lifecycle": Case(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        {"repository": "@images.name", "policy": expiry(14)},
        {"policy": expiry(30)},
        {"policy": "UPDATE"},
        replaced=("repository", "another"),
    ),
    "scanning": Case(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        {
            "scanType": "BASIC",
            "rules": [
                {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
            ],
        },
        {
            "rules": [
                {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "a*", "filterType": "WILDCARD"}]}
            ]
        },
        {"rules[0].repositoryFilters[0].filter": "UPDATE"},
        refused=({"scanType": "SLOW"}, "scanType", "'SLOW'"),
        ends=False,
    ),
    "pull-through": Case(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"},
        replaced=("upstreamRegistryUrl", "registry.k8s.io"),
        refused=({"ecrRepositoryPrefix": "Q!"}, "ecrRepositoryPrefix", "doesn't match"),
        outputs=("registryId",),
        also=({"customRoleArn": "@role.arn"},),
    ),
    "template": Case(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        {
            "prefix": "quay",
            "description": "what is pulled through",
            "appliedFors": ["PULL_THROUGH_CACHE"],
            "imageTagMutability": "IMMUTABLE",
            "encryptionConfigurations": [{"encryptionType": "AES256"}],
            "lifecyclePolicy": expiry(30),
        },
        {"description": "others", "lifecyclePolicy": expiry(90)},
        {"description": "UPDATE", "lifecyclePolicy": "UPDATE"},
        replaced=("prefix", "k8s"),
        refused=({"appliedFors": ["NOTHING"]}, "appliedFors[0]", "'NOTHING'"),
    ),
    "logs": Case("aws:s3/bucket:Bucket", {"bucket": "@account-logs"}),
    "models": Case("aws:s3/bucket:Bucket", {"bucket": "@account-models"}),
    "logs-policy": Case(
        "aws:s3/bucketPolicy:BucketPolicy",
        {
            "bucket": "@logs",
            "policy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "logging.s3.amazonaws.com"},
                        "Action": "s3:PutObject",
                        "Resource": "arn:aws:s3:::@logs/*",
                    }
                ],
            },
        },
    ),
    "access-logs": Case(
        "aws:s3/bucketLogging:BucketLogging",
        {
            "bucket": "@models",
            "targetBucket": "@logs-policy",
            "targetPrefix": "s3/",
            "targetObjectKeyFormat": {"partitionedPrefix": {"partitionDateSource": "EventTime"}},
        },
        {"targetPrefix": "other/"},
        {"targetPrefix": "UPDATE"},
        replaced=("bucket", "another"),
    ),
    "topic": Case(
        "aws:sns/topic:Topic",
        {"kmsMasterKeyId": "alias/aws/sns", "tags": TAGS},
        {"kmsMasterKeyId": "@key", "displayName": "alarms", "tags": OTHER_TAGS},
        {"kmsMasterKeyId": "UPDATE", "displayName": "ADD", **TAGGED},
        replaced=("name", "another"),
        outputs=("arn", "owner", "policy"),
    ),
    "mail": Case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"topic": "@topic", "protocol": "email", "endpoint": "ops@example.org"},
        {"rawMessageDelivery": True},
        {"rawMessageDelivery": "UPDATE"},
        replaced=("endpoint", "others@example.org"),
        outputs=("arn", "pendingConfirmation"),
    ),
    "budget": Case(
        "aws:budgets/budget:Budget",
        {
            "name": "month",
            "budgetType": "COST",
            "limitAmount": "100",
            "limitUnit": "USD",
            "timeUnit": "MONTHLY",
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "threshold": 80,
                    "thresholdType": "PERCENTAGE",
                    "notificationType": "ACTUAL",
                    "subscriberEmailAddresses": ["ops@example.org"],
                }
            ],
        },
        {
            "limitAmount": "200",
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "threshold": 90,
                    "thresholdType": "PERCENTAGE",
                    "notificationType": "ACTUAL",
                    "subscriberEmailAddresses": ["ops@example.org"],
                }
            ],
        },
        {"limitAmount": "UPDATE", "notifications[0].threshold": "UPDATE"},
        replaced=("name", "another"),
        refused=({"timeUnit": "HOURLY"}, "timeUnit", "'HOURLY'"),
        outputs=("arn", "accountId"),
    ),
    "zone": Case(
        "aws:route53/zone:Zone",
        {"name": "models.example.org", "comment": "private", "vpcs": [{"vpcId": "@vpc"}], "tags": TAGS},
        {"comment": "ours", "tags": OTHER_TAGS},
        {"comment": "UPDATE", **TAGGED},
        replaced=("name", "other.example.org"),
        outputs=("arn", "zoneId"),
    ),
    "public-zone": Case("aws:route53/zone:Zone", {"name": "example.org"}),
    "record": Case(
        "aws:route53/record:Record",
        {
            "zoneId": "@zone.zoneId",
            "name": "api.models.example.org",
            "type": "CNAME",
            "ttl": 60,
            "records": ["nlb.example.com"],
        },
        {"ttl": 300, "records": ["other.example.com"]},
        {"ttl": "UPDATE", "records[0]": "UPDATE"},
        replaced=("name", "other.models.example.org"),
        refused=({"type": "WISH"}, "type", "'WISH'"),
        outputs=("fqdn",),
    ),
    "certificate": Case(
        "aws:acm/certificate:Certificate",
        {"domainName": "api.example.org", "validationMethod": "DNS", "keyAlgorithm": "EC_prime256v1", "tags": TAGS},
        {"tags": OTHER_TAGS},
        TAGGED,
        replaced=("domainName", "other.example.org"),
        refused=({"keyAlgorithm": "ROT13"}, "keyAlgorithm", "'ROT13'"),
        outputs=("arn", "domainValidationOptions", "status"),
    ),
    "proof": Case(
        "aws:route53/record:Record",
        {
            "zoneId": "@public-zone.zoneId",
            "name": "@certificate.domainValidationOptions[0].resourceRecordName",
            "type": "CNAME",
            "ttl": 60,
            "records": ["@certificate.domainValidationOptions[0].resourceRecordValue"],
        },
    ),
    "validation": Case(
        "aws:acm/certificateValidation:CertificateValidation",
        {"certificateArn": "@certificate", "validationRecordFqdns": ["@proof.fqdn"]},
        replaced=("certificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/1"),
        imported=False,
        ends=False,
    ),
}
