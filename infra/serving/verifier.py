"""The pod of the verification Job: the service's image, started as the check instead of the server."""

from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import EnvVarArgsDict, PodSpecArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from infra import security
from infra.resources import Resources
from infra.serving.config import Canary
from infra.serving.pod import USER

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "50m", "memory": "96Mi", "ephemeralStorage": "32Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "128Mi"},
    }
)


def rights(rollout: pulumi.Input[str]) -> list[PolicyRuleArgsDict]:
    """What it may do to watch one Rollout, and to try again what was aborted."""
    argo, this = ["argoproj.io"], [rollout]
    return [
        {"api_groups": argo, "resources": ["rollouts"], "resource_names": this, "verbs": ["get"]},
        {"api_groups": argo, "resources": ["rollouts/status"], "resource_names": this, "verbs": ["patch"]},
        {"api_groups": ["apps"], "resources": ["deployments"], "verbs": ["get"]},
        # Which pod isn't ready, and why. What is listed can't be confined to names.
        {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
        {"api_groups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]


def pod(account: pulumi.Input[str], image: pulumi.Input[str], environment: list[EnvVarArgsDict]) -> PodSpecArgsDict:
    """The pod's spec."""
    return {
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "restart_policy": "Never",
        "security_context": security.pod(USER),
        "containers": [
            {
                "name": "verify",
                "image": image,
                "command": ["python", "-m", "service.verify"],
                "env": environment,
                "resources": RESOURCES.requirements(),
                "security_context": security.CONTAINER,
                # Where it dies without last words (out of memory, a program that can't start), the log has to do.
                "termination_message_policy": "FallbackToLogsOnError",
            }
        ],
    }


def seconds(canary: Canary) -> int:
    """How long a release may take, in seconds."""
    # The first pod and then the others each have the deadline, the pause lies between; and a minute for the rest.
    # The Job itself gets two more, to read back what the gateway serves, and Pulumi waits a minute longer still.
    return 2 * canary.progress_deadline_seconds + canary.pause_seconds + 60
