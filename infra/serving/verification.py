"""Whether what the stack says is what is served: a Job per release, which Pulumi awaits.

Pulumi is content when the pod template is written, which proves nothing: the Rollout goes on for minutes, and may
abort. The Job watches it to its end and reads the served version back through the gateway. When that isn't what
this stack says, the Job fails, and with it the update, with the Job's last words as the reason. What became of the
release it writes into the ledger beside the models, also when nobody waits for it any longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import EnvVarArgsDict, PodSpecArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra.serving.config import Model
from infra.serving.model_server import USER
from infra.shared import metadata, network, workloads
from infra.shared.identity import Identity, IdentityArgs
from infra.shared.metadata import Component
from infra.shared.platform_outputs import PlatformOutputs
from infra.shared.quantities import Resources

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "96Mi", "ephemeralStorage": "32Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "128Mi"},
    }
)
"""Of its pod."""


@dataclass(frozen=True, kw_only=True)
class VerificationArgs:
    """What has to be served.

    Attributes:
        rollout: the Rollout's name.
        after: what else has to be there first.
        namespace: where it runs.
        model_name: as in the store, like `maintenance_predictor`.
        model: version and digest that the gateway must answer with, and which try of them it is.
        release: the release's id.
        image: the service's image by digest.
        program: the image by digest that holds the check: the stack's own, so that a model's image which can't be
            pulled, or can't do what it should, doesn't keep anybody from saying so.
        platform: gateway, API server and model store.
    """

    rollout: pulumi.Input[str]
    after: Sequence[pulumi.Resource]
    namespace: str
    model_name: str
    model: Model
    release: pulumi.Output[str]
    image: pulumi.Input[str]
    program: pulumi.Input[str]
    platform: PlatformOutputs


class Verification(pulumi.ComponentResource):
    """The Job with its own account, which may read what it judges by, and tell its Rollout what to do."""

    def __init__(self, name: str, args: VerificationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Verification", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform = args.platform
        selector = metadata.selector(name, Component.VERIFICATION)
        # Pulumi waits a minute longer than the Job, which gets four more: to read back what the gateway serves, or to
        # abort what isn't finished, and to write of it into a store that may be away for a while.
        seconds = args.model.canary.longest_seconds
        again = f"-{args.model.attempt}" if args.model.attempt > 1 else ""

        identity = Identity(
            f"verify-{name}",
            IdentityArgs(namespace=args.namespace, labels=selector, at_home=_rights(args.rollout)),
            opts=child,
        )
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-verify",
            metadata=metadata.metadata(f"verify-{name}", selector, args.namespace),
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress", "Egress"],
                "egress": network.together(
                    platform.network.apply(lambda known: network.to_addresses([*known.api_server, *known.model_store])),
                    network.to_pods(
                        metadata.of(Component.GATEWAY),
                        platform.gateway.apply(lambda gateway: gateway.port),
                        platform.gateway.apply(lambda gateway: gateway.namespace),
                    ),
                    network.to_pods(metadata.of(Component.MODEL_SERVER), network.MONITORING_PORT, args.namespace),
                ),
            },
            opts=child,
        )
        k8s.batch.v1.Job(
            f"{name}-verify",
            metadata=metadata.metadata(
                pulumi.Output.format("verify-{0}-{1}{2}", name, args.release, again),
                selector,
                args.namespace,
                {
                    # A Job that failed can't be changed: the next update starts a new one.
                    "pulumi.com/replaceUnready": "true",
                    "pulumi.com/timeoutSeconds": str(seconds + 300),
                },
            ),
            spec={
                "backoff_limit": 0,
                "active_deadline_seconds": seconds + 240,
                "template": {
                    "metadata": {"labels": {**selector, **metadata.PART_OF}},
                    "spec": _pod(identity.account, args.program, _environment(args, seconds)),
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


def _environment(args: VerificationArgs, seconds: int) -> pulumi.Output[list[EnvVarArgsDict]]:
    model, platform = args.model, args.platform
    named: dict[str, pulumi.Input[str]] = {
        "ROLLOUT": args.rollout,
        "NAMESPACE": args.namespace,
        "GATEWAY_URL": platform.gateway.apply(lambda gateway: f"{gateway.internal_url}{model.route}"),
        **({"GATEWAY_HOST": model.host} if model.host else {}),
        "MODEL_NAME": args.model_name,
        "MODEL_VERSION": model.version,
        "MODEL_MANIFEST": model.manifest,
        "IMAGE": args.image,
        "RELEASE": args.release,
        "ATTEMPT": str(model.attempt),
        **({"COMMIT": model.commit} if model.commit else {}),
        "TIMEOUT": str(seconds),
    }
    return workloads.variables(named, platform.model_store.apply(lambda store: store.variables))


def _rights(rollout: pulumi.Input[str]) -> list[PolicyRuleArgsDict]:
    """What it may do to watch one Rollout, and to tell it to abort, to try again and to promote."""
    argo, this = ["argoproj.io"], [rollout]
    return [
        {"api_groups": argo, "resources": ["rollouts"], "resource_names": this, "verbs": ["get"]},
        {"api_groups": argo, "resources": ["rollouts/status"], "resource_names": this, "verbs": ["patch"]},
        {"api_groups": ["apps"], "resources": ["deployments"], "verbs": ["get"]},
        # By what it was judged, which pod isn't ready, and why. What is listed can't be confined to names.
        {"api_groups": argo, "resources": ["analysisruns"], "verbs": ["list"]},
        {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
        {"api_groups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]


def _pod(
    account: pulumi.Input[str], image: pulumi.Input[str], environment: pulumi.Input[list[EnvVarArgsDict]]
) -> PodSpecArgsDict:
    """The pod's spec."""
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "restart_policy": "Never",
        "security_context": workloads.identity(USER),
        "containers": [
            {
                "name": "verify",
                "image": image,
                "command": ["python", "-m", "service.verify"],
                "env": environment,
                "resources": RESOURCES.requirements(),
                "security_context": workloads.CONTAINER,
                # Where it dies without last words (out of memory, a program that can't start), the log has to do.
                "termination_message_policy": "FallbackToLogsOnError",
            }
        ],
    }
