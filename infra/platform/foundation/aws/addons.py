"""The cluster's add-ons, at the stack's versions, each under a role that does its work and nothing else.

EKS brings the network, DNS, volumes and Pod Identity with Auto Mode. Not with it come what autoscalers know CPU and
memory from, and what brings logs away from nodes, which live for two weeks at most.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from infra.platform import policy_document
from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.config import Addons as Versions
from infra.platform.foundation.aws.role import Role, RoleArgs

LOG_GROUPS: Final = ("application", "dataplane", "host")
"""What the shipped logs are of: pods, the nodes' Kubernetes, the nodes' system."""

_AGENT: Final = "cloudwatch-agent"
_DRIVER: Final = "system:serviceaccount:kube-system:s3-csi-driver-sa"
# Logs alone: figures are Prometheus'.
_SHIPPING: Final = {
    "containerLogs": {"enabled": True},
    "agent": {
        "config": {"logs": {"metrics_collected": {"kubernetes": {"enhanced_container_insights": False}}}},
    },
}


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    """What there is to say of them.

    Attributes:
        versions: the stack's `cluster.addons`.
        cluster: the cluster's name.
        cluster_name: the same, as the stack says it.
        account: the account.
        region: the region.
        retention_days: days that shipped logs are kept.
        key: ARN of the key for logs and models.
        bucket: ARN of the model bucket.
        issuer: URL that the cluster's service accounts' tokens are issued under.
    """

    versions: Versions
    cluster: pulumi.Input[str]
    cluster_name: str
    account: str
    region: str
    retention_days: int
    key: pulumi.Input[str]
    bucket: pulumi.Input[str]
    issuer: pulumi.Input[str]


class Addons(pulumi.ComponentResource):
    """The add-ons with their roles, and the groups that logs go to."""

    def __init__(self, name: str, args: AddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Addons", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._name = name
        self._args = args

        self._addon("metrics-server", args.versions.metrics_server)
        self._log_shipping()
        if args.versions.model_volumes:
            self._model_volumes(args.versions.model_volumes)

        self.register_outputs({})

    def _addon(
        self, addon: str, version: str, *, after: list[pulumi.Resource] | None = None, **more: Any
    ) -> aws.eks.Addon:
        return aws.eks.Addon(
            f"{self._name}-{addon}",
            cluster_name=self._args.cluster,
            addon_name=addon,
            addon_version=version,
            # What the stack says goes before what somebody changed in the cluster.
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            **more,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=after or [])),
        )

    def _log_shipping(self) -> None:
        args = self._args
        # The add-on would make them, without a key and for good.
        groups = [
            aws.cloudwatch.LogGroup(
                f"{self._name}-{kind}-logs",
                name=f"/aws/containerinsights/{args.cluster_name}/{kind}",
                retention_in_days=args.retention_days,
                kms_key_id=args.key,
                opts=self._child,
            )
            for kind in LOG_GROUPS
        ]
        where = f"arn:aws:logs:{args.region}:{args.account}:log-group:/aws/containerinsights/{args.cluster_name}/*"
        role = Role(
            "slipway-log-shipping",
            RoleArgs(
                description="Brings the nodes' and pods' logs to CloudWatch",
                trust=[trust.pods(args.account, args.cluster_name, "amazon-cloudwatch", _AGENT)],
                may=[
                    policy_document.allow(
                        "Ship",
                        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        [where, f"{where}:log-stream:*"],
                    ),
                    policy_document.allow(
                        "Look", ["logs:DescribeLogGroups", "ec2:DescribeTags", "ec2:DescribeVolumes"], "*"
                    ),
                ],
            ),
            opts=self._child,
        )
        self._addon(
            "amazon-cloudwatch-observability",
            args.versions.log_shipping,
            configuration_values=json.dumps(_SHIPPING),
            pod_identity_associations=[{"service_account": _AGENT, "role_arn": role.arn}],
            after=[*groups, *role.rights],
        )

    def _model_volumes(self, version: str) -> None:
        args = self._args
        # Its mounts know no Pod Identity, only tokens that the cluster's issuer vouches for.
        issuer = aws.iam.OpenIdConnectProvider(
            f"{self._name}-issuer", url=args.issuer, client_id_lists=["sts.amazonaws.com"], opts=self._child
        )
        role = Role(
            "slipway-model-volumes",
            RoleArgs(
                description="Mounts the model bucket, to be read",
                trust=[trust.web_identity(issuer.arn, issuer.url, _DRIVER)],
                may=trust.reading(args.bucket, args.key, "models/*"),
            ),
            opts=self._child,
        )
        self._addon(
            "aws-mountpoint-s3-csi-driver",
            version,
            service_account_role_arn=role.arn,
            after=[*role.rights],
        )
