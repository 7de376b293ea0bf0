"""Whose pods read which model: for each model of a namespace a role that reads its files, which its pods alone get.

Pods get it by Pod Identity: no key is anywhere. A model's service account is called like the model, with hyphens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.role import Role, RoleArgs


@dataclass(frozen=True, kw_only=True)
class ModelReadersArgs:
    """Who reads what.

    Attributes:
        readers: names of models by namespace.
        cluster: the cluster's name.
        cluster_name: the same, as the stack says it.
        account: the account.
        bucket: ARN of the model bucket.
        key: ARN of the key that encrypts it.
    """

    readers: Mapping[str, Sequence[str]]
    cluster: pulumi.Input[str]
    cluster_name: str
    account: str
    bucket: pulumi.Input[str]
    key: pulumi.Input[str]


class ModelReaders(pulumi.ComponentResource):
    """The roles and who gets them."""

    def __init__(self, name: str, args: ModelReadersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:ModelReaders", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        for namespace, models in args.readers.items():
            for model in models:
                account = model.replace("_", "-")
                role = Role(
                    f"slipway-{namespace}-{account}",
                    RoleArgs(
                        description=f"Reads the model {model} for its pods in {namespace}",
                        trust=[trust.pods(args.account, args.cluster_name, namespace, account)],
                        may=trust.reading(args.bucket, args.key, f"models/{model}/*"),
                    ),
                    opts=child,
                )
                aws.eks.PodIdentityAssociation(
                    f"{name}-{namespace}-{account}",
                    cluster_name=args.cluster,
                    namespace=namespace,
                    service_account=account,
                    role_arn=role.arn,
                    opts=child,
                )

        self.register_outputs({})
