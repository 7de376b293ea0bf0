"""Whether what the stack says is what is served: a Job per release, which Pulumi awaits.

Pulumi is content when the pod template is written, which proves nothing: the Rollout goes on for minutes, and may
abort. The Job watches it to its end and reads the served version back through the gateway. When that isn't what
this stack says, the Job fails, and with it the update, with the Job's last words as the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import EnvVarArgsDict

from infra import labels, traffic
from infra.components.identity import Identity, IdentityArgs
from infra.labels import Component
from infra.platform.traefik import WEB_PORT
from infra.serving import pod, verifier
from infra.serving.config import Model
from infra.serving.foundation import Foundation


@dataclass(frozen=True, kw_only=True)
class VerificationArgs:
    """What has to be served.

    Attributes:
        rollout: the Rollout's name.
        after: what else has to be there first.
        namespace: where it runs.
        model: version and digest that the gateway must answer with.
        release: the release's id.
        image: the service's image by digest, which holds the check.
        foundation: gateway and API server.
    """

    rollout: pulumi.Input[str]
    after: Sequence[pulumi.Resource]
    namespace: pulumi.Input[str]
    model: Model
    release: pulumi.Output[str]
    image: pulumi.Input[str]
    foundation: Foundation


class Verification(pulumi.ComponentResource):
    """The Job with its own account, which may read what it judges by, and take an abort of its Rollout back."""

    def __init__(self, name: str, args: VerificationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Verification", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        pods = labels.selector(name, Component.VERIFICATION)
        metadata = {**pods, **labels.PART_OF}
        seconds = verifier.seconds(args.model.canary)

        identity = Identity(
            f"verify-{name}",
            IdentityArgs(namespace=args.namespace, labels=metadata, at_home=verifier.rights(args.rollout)),
            opts=child,
        )
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-verify",
            metadata={"name": f"verify-{name}", "namespace": args.namespace, "labels": metadata},
            spec={
                "pod_selector": {"match_labels": pods},
                "policy_types": ["Ingress", "Egress"],
                "egress": [
                    args.foundation.to_api_server,
                    traffic.to_pods(labels.of(Component.GATEWAY), WEB_PORT, args.foundation.gateway_namespace),
                    traffic.to_pods(labels.of(Component.MODEL_SERVER), pod.PORT, args.namespace),
                ],
            },
            opts=child,
        )
        environment: list[EnvVarArgsDict] = [
            {"name": "ROLLOUT", "value": args.rollout},
            {"name": "NAMESPACE", "value": args.namespace},
            {
                "name": "GATEWAY_URL",
                "value": pulumi.Output.format("{0}{1}", args.foundation.gateway_internal_url, args.model.route),
            },
            {"name": "MODEL_VERSION", "value": args.model.version},
            {"name": "MODEL_MANIFEST", "value": args.model.manifest},
            {"name": "RELEASE", "value": args.release},
            {"name": "TIMEOUT", "value": str(seconds)},
        ]
        k8s.batch.v1.Job(
            f"{name}-verify",
            metadata={
                "name": pulumi.Output.format("verify-{0}-{1}", name, args.release),
                "namespace": args.namespace,
                "labels": metadata,
                "annotations": {
                    # A Job that failed can't be changed: the next update starts a new one, which tries again what
                    # was aborted (service/verify).
                    "pulumi.com/replaceUnready": "true",
                    "pulumi.com/timeoutSeconds": str(seconds + 180),
                },
            },
            spec={
                "backoff_limit": 0,
                "active_deadline_seconds": seconds + 120,
                "template": {
                    "metadata": {"labels": metadata},
                    "spec": verifier.pod(identity.account, args.image, environment),
                },
            },
            opts=pulumi.ResourceOptions.merge(
                child,
                pulumi.ResourceOptions(
                    # No value flows from traffic rules, routes and scaling to the pod that needs or judges them.
                    depends_on=[policy, *args.after],
                    # After a failed release the old release's Job would stay, and going back to that release would
                    # find its name taken.
                    delete_before_replace=True,
                ),
            ),
        )

        self.register_outputs({})
