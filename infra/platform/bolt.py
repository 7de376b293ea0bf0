"""What keeps a protected platform whole: the last thing that is made, and so the first that a `destroy` has to delete.

Pulumi refuses to delete what is protected, and meanwhile deletes what isn't. It ends where somebody else than itself
refuses. So one object depends on all others, and the cluster refuses to delete it, before anything is gone
(docs/decisions/0036).
"""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra.shared.metadata import metadata

NAME: Final = "slipway-bolt"
_WHY: Final = "this platform is protected: bring it up with `protect: false` before you destroy it"


class Declared:
    """Knows everything that the program declares from now on."""

    def __init__(self) -> None:
        self._resources: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._see)

    @property
    def resources(self) -> list[pulumi.Resource]:
        """What was declared until now."""
        return list(self._resources)

    def _see(self, args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, pulumi.CustomResource):
            self._resources.append(args.resource)


@dataclass(frozen=True, kw_only=True)
class BoltArgs:
    """What it holds.

    Attributes:
        declared: everything else.
        protect: whether it is refused to delete it, or only written down that somebody did.
    """

    declared: Declared
    protect: bool


class Bolt(pulumi.ComponentResource):
    """The object, and who refuses to delete it. It comes after everything else."""

    def __init__(self, name: str, args: BoltArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:platform:Bolt", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            f"{name}-policy",
            metadata=metadata(NAME, {}),
            spec={
                "failure_policy": "Fail",
                "match_constraints": {
                    "resource_rules": [
                        {
                            "api_groups": [""],
                            "api_versions": ["v1"],
                            "operations": ["DELETE"],
                            "resources": ["configmaps"],
                            "resource_names": [NAME],
                        }
                    ]
                },
                "validations": [{"expression": "false", "message": _WHY}],
            },
            opts=child,
        )
        k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            f"{name}-binding",
            metadata=metadata(NAME, {}),
            spec={
                "policy_name": policy.metadata.name,
                "validation_actions": ["Deny" if args.protect else "Audit"],
            },
            opts=child,
        )
        k8s.core.v1.ConfigMap(
            name,
            metadata=metadata(NAME, {}, "kube-system"),
            data={"why": _WHY},
            # No value flows from all that has to stay as long as this does.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=args.declared.resources)),
        )

        self.register_outputs({})
