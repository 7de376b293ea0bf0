"""Who deploys into a namespace of a cluster that knows no other users: an account there, and a token that lasts.

The token doesn't expire by itself: it goes with its Secret. That will do for a machine of one's own; where a cloud
signs its users in, the deployer is one of those and has no token.
"""

import base64
from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

from infra.platform.foundation.foundation import Deployer
from infra.shared.cluster import Credential, Token
from infra.shared.metadata import metadata

NAME = "deployer"


class DeployerAccount(pulumi.ComponentResource):
    """The account and its token.

    Attributes:
        account: the service account's name.
        credential: the token, secret.
    """

    account: pulumi.Output[str]
    credential: pulumi.Output[Credential]

    def __init__(self, name: str, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:local:DeployerAccount", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {"app.kubernetes.io/name": NAME}

        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=metadata(NAME, labels, namespace),
            automount_service_account_token=False,
            opts=child,
        )
        token = k8s.core.v1.Secret(
            f"{name}-token",
            type="kubernetes.io/service-account-token",
            metadata=metadata(NAME, labels, namespace, {"kubernetes.io/service-account.name": NAME}),
            # The token is written for an account that is there; no value of it says so.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[account])),
        )

        self.account = account.metadata.name
        self.credential = pulumi.Output.secret(token.data.apply(credential))
        self.register_outputs({})


def deployer(namespace: pulumi.Input[str], name: str, opts: pulumi.ResourceOptions) -> Deployer:
    """The deployer of `namespace`, declared under `name`."""
    account = DeployerAccount(name, namespace, opts)
    return Deployer(
        subject={"kind": "ServiceAccount", "name": account.account, "namespace": namespace},
        credential=account.credential,
    )


def credential(data: Mapping[str, str] | None) -> Credential:
    """The credential in a token's Secret.

    Raises:
        pulumi.RunError: the cluster has not written the token yet, as it does a moment after the Secret was made.
    """
    token = (data or {}).get("token")
    if token is None:
        raise pulumi.RunError(f"the Secret {NAME} has no token yet: run `pulumi refresh`, then this again")
    return Token(token=base64.b64decode(token).decode())
