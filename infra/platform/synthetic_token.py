"""What proves to a model's pods that a request is Slipway's own and no client's: a token in each serving namespace.

The platform keeps it, because a stack that had a Secret of its own would have to read all of the namespace's: Pulumi's
provider lists them before it can delete one. So who deploys models reads no Secret at all.

Each run would make another token, and the engine leaves the first one where it is. To rotate it, replace this one
resource (`pulumi up --replace URN`) and restart the pods, which read it when they start.
"""

import base64
import secrets

import pulumi
import pulumi_kubernetes as k8s

from infra.shared.metadata import metadata
from infra.shared.namespaces import SYNTHETIC_TOKEN, SYNTHETIC_TOKEN_KEY


def declare(name: str, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    """Declare the token of `namespace`, under `name`."""
    token = base64.b64encode(secrets.token_urlsafe().encode()).decode()
    k8s.core.v1.Secret(
        name,
        metadata=metadata(SYNTHETIC_TOKEN, {"app.kubernetes.io/name": SYNTHETIC_TOKEN}, namespace),
        # The SDK keeps it secret. Not immutable: a run that goes on where another was killed comes with a new token.
        data={SYNTHETIC_TOKEN_KEY: token},
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                ignore_changes=["data"],
                # The new one has the name of the old one, which is deleted by its name.
                delete_before_replace=True,
                # Nothing is lost with it, and what is protected can't be replaced.
                protect=False,
            ),
        ),
    )
