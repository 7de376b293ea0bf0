"""Whose pods read which model: a role for each, which its pods alone get, and one for the check of its releases.

The first reads the model's files. The second reads its ledger and adds to it. Pods get them by Pod Identity: no key is
anywhere. A model's service account is called like the model, with hyphens; that of the check is the same after
`verify-`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws import trust
from infra.platform.foundation.aws.role import Role, RoleArgs
from infra.platform.policy_document import Statement


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

        def association(namespace: str, account: str, description: str, may: Sequence[Statement]) -> None:
            role = Role(
                f"slipway-{namespace}-{account}",
                RoleArgs(
                    description=description,
                    trust=[trust.pods(args.account, args.cluster_name, namespace, account)],
                    may=may,
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

        for namespace, models in args.readers.items():
            for model in models:
                account = model.replace("_", "-")
                association(
                    namespace,
                    account,
                    f"Reads the model {model} for its pods in {namespace}",
                    trust.reading(args.bucket, args.key, f"models/{model}/*"),
                )
                association(
                    namespace,
                    f"verify-{account}",
                    f"Writes of releases of the model {model} in {namespace}",
                    trust.adding(args.bucket, args.key, f"releases/{namespace}/{model}/*"),
                )

        self.register_outputs({})
