"""A stack that every rule accepts, and what a rule says of it after one change."""

import copy
import json
from typing import Final

from pulumi_policy import Policy

from tests.policies.judging import Change, Declared, Object, deployment, judge_stack, pod

_ARN: Final = "arn:aws:s3:::models"
_DENY: Final[Object] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [_ARN, f"{_ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_BUCKET: Final = Declared("aws:s3/bucket:Bucket", "bucket", {"bucket": "models", "forceDestroy": False}, protect=True)
_NETWORK: Final = Declared("aws:ec2/vpc:Vpc", "network", {"cidrBlock": "10.0.0.0/16"}, protect=True)
_KEY: Final = "arn:aws:kms:eu-central-1:111122223333:key/1a2b"
BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer-"
_RBAC: Final = "kubernetes:rbac.authorization.k8s.io/v1"


def policy(**changes: object) -> str:
    """A bucket's policy that refuses requests without TLS, with `changes` of its statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [_DENY | changes]})


def document(**changes: object) -> str:
    """What a role may do, with `changes` of its statement."""
    allow = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{_ARN}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow | changes]})


def trust(**changes: object) -> str:
    """Who may be a role: one service account, with `changes` of the statement."""
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/ABCD"
    claims = {f"{issuer}:sub": "system:serviceaccount:serving:pump", f"{issuer}:aud": "sts.amazonaws.com"}
    allow = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allow | changes]})


def _object(resource_type: str, name: str, props: Object) -> Declared:
    return Declared(resource_type, name, {"metadata": {"name": "app", "namespace": "serving"}} | props)


def _beside(kind: str, name: str, props: Object) -> Declared:
    token = f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"
    return Declared(token, name, {"bucket": "models"} | props, {"bucket": [_BUCKET.urn]})


_STACK: Final = (
    Declared("kubernetes:core/v1:Namespace", "namespace", {"metadata": {"name": "serving"}}),
    _object(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "deny",
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
    ),
    Declared("kubernetes:apps/v1:Deployment", "deployment", deployment()),
    _object("kubernetes:batch/v1:Job", "job", {"spec": {"template": {"spec": pod()}}}),
    _object(
        "kubernetes:policy/v1:PodDisruptionBudget",
        "budget",
        {"spec": {"maxUnavailable": 1.0, "selector": {"matchLabels": {"app": "app"}}}},
    ),
    _object(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "autoscaler",
        {"spec": {"minReplicas": 2.0, "maxReplicas": 4.0, "scaleTargetRef": {"kind": "Deployment", "name": "app"}}},
    ),
    _object(
        "kubernetes:core/v1:Service",
        "service",
        {"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}},
    ),
    _object(f"{_RBAC}:Role", "role", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]}),
    _object(f"{_RBAC}:RoleBinding", "binding", {"roleRef": {"kind": "Role", "name": "app"}}),
    _object(
        "kubernetes:traefik.io/v1alpha1:IngressRoute",
        "route",
        {"spec": {"routes": [{"kind": "Rule", "services": [{"name": "app"}]}]}},
    ),
    _BUCKET,
    _beside(
        "BucketPublicAccessBlock",
        "block",
        {
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    ),
    _beside("BucketVersioning", "versioning", {"versioningConfiguration": {"status": "Enabled"}}),
    _beside("BucketOwnershipControls", "ownership", {"rule": {"objectOwnership": "BucketOwnerEnforced"}}),
    _beside(
        "BucketServerSideEncryptionConfiguration",
        "encryption",
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
    ),
    _beside("BucketPolicy", "policy", {"policy": policy()}),
    Declared(
        "aws:eks/cluster:Cluster",
        "cluster",
        {
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            "deletionProtection": True,
            "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
            "encryptionConfig": {"provider": {"keyArn": _KEY}, "resources": ["secrets"]},
            "vpcConfig": {"endpointPrivateAccess": True, "endpointPublicAccess": False},
        },
        protect=True,
    ),
    Declared(
        "aws:ecr/repository:Repository",
        "repository",
        {
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": _KEY}],
            "forceDelete": False,
            "imageScanningConfiguration": {"scanOnPush": True},
            "imageTagMutability": "IMMUTABLE",
        },
        protect=True,
    ),
    Declared(
        "aws:kms/key:Key",
        "key",
        {
            "deletionWindowInDays": 30.0,
            "enableKeyRotation": True,
            "policy": document(Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*", Resource="*"),
        },
        protect=True,
    ),
    Declared("aws:cloudwatch/logGroup:LogGroup", "logs", {"kmsKeyId": _KEY, "retentionInDays": 30.0}),
    Declared("aws:iam/role:Role", "iam-role", {"assumeRolePolicy": trust()}),
    Declared("aws:iam/rolePolicy:RolePolicy", "rights", {"policy": document()}),
    Declared(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "attachment",
        {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
    ),
    Declared(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "ingress",
        {"cidrIpv4": "10.0.0.0/16", "fromPort": 443.0, "toPort": 443.0},
    ),
    _NETWORK,
    Declared("aws:ec2/flowLog:FlowLog", "flows", {"trafficType": "ALL", "vpcId": "vpc-1"}, {"vpcId": [_NETWORK.urn]}),
    _object(
        "kubernetes:core/v1:Service",
        "balancer",
        {
            "metadata": {
                "name": "app",
                "namespace": "serving",
                "annotations": {
                    f"{BALANCER}scheme": "internet-facing",
                    f"{BALANCER}attributes": "access_logs.s3.enabled=true,access_logs.s3.bucket=logs",
                    f"{BALANCER}ssl-cert": "arn:aws:acm:eu-central-1:111122223333:certificate/1a2b",
                    f"{BALANCER}ssl-negotiation-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                },
            },
            "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["203.0.113.0/28"]},
        },
    ),
)


def stack(*more: Declared, **changes: Change | None) -> list[Declared]:
    """The compliant stack and `more`, with a change of each resource that is named; without it, if that is None."""
    declared = [copy.deepcopy(one) for one in _STACK if changes.get(one.name, True)]
    for one in declared:
        if change := changes.get(one.name):
            change(one.props)
    return [*declared, *more]


def told(rule: Policy, *more: Declared, **changes: Change | None) -> list[str]:
    """What a rule objects to in that stack, all of whose values are known."""
    said, unknown = judge_stack(rule, stack(*more, **changes))
    assert unknown is None
    return said
