"""What keeps a protected platform whole: the last thing that is made, and so the first that a `destroy` has to delete.

Pulumi refuses to delete what is protected, and meanwhile deletes what isn't: of a platform whose bucket and cluster
are protected, `pulumi destroy` would leave just these (tried with 3.259). It goes from what nothing depends on to what
everything depends on, and ends where somebody else than itself refuses. So one object depends on all others, and the
cluster refuses to delete it, before anything is gone.
"""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from infra.shared.metadata import metadata

NAME: Final = "slipway-bolt"
_WHY: Final = "this platform is protected: bring it up with `protect: false` before you destroy it"


class Bolt:
    """Knows everything that the program declares from now on."""

    def __init__(self) -> None:
        self._declared: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._see)

    def _see(self, args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, pulumi.CustomResource):
            self._declared.append(args.resource)

    def shut(self, provider: k8s.Provider, *, protect: bool) -> None:
        """Declare the object after everything else, and who refuses to delete it.

        Args:
            provider: of what is in the cluster.
            protect: whether it is refused, or only written down that it was done.
        """
        inside = pulumi.ResourceOptions(provider=provider)
        policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            "bolt",
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
            opts=inside,
        )
        k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            "bolt",
            metadata=metadata(NAME, {}),
            spec={
                "policy_name": policy.metadata.name,
                "validation_actions": ["Deny" if protect else "Audit"],
            },
            opts=inside,
        )
        k8s.core.v1.ConfigMap(
            "bolt",
            metadata=metadata(NAME, {}, "kube-system"),
            data={"why": _WHY},
            opts=pulumi.ResourceOptions(provider=provider, depends_on=list(self._declared)),
        )
