"""What keeps a protected platform whole: the last thing that is made, and so the first that a `destroy` has to delete.

Pulumi refuses to delete what is protected, and meanwhile deletes what isn't: of a platform whose bucket and cluster
are protected, `pulumi destroy` would leave just these (tried with 3.259). It goes from what nothing depends on to what
everything depends on, and ends where it is refused. So one object depends on all others, and is protected: a `destroy`
is refused there, before anything is gone.
"""

import pulumi
import pulumi_kubernetes as k8s

from infra.shared.metadata import metadata

NAME = "slipway-bolt"
_WHY = "While this is protected, `pulumi destroy` deletes nothing: bring the platform up with `protect: false` first."


class Bolt:
    """Knows everything that the program declares from now on."""

    def __init__(self) -> None:
        self._declared: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._see)

    def _see(self, args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, pulumi.CustomResource):
            self._declared.append(args.resource)

    def shut(self, provider: k8s.Provider, *, protect: bool) -> None:
        """Declare the object, after everything else.

        Args:
            provider: of what is in the cluster.
            protect: whether it refuses to be deleted, and all others with it.
        """
        k8s.core.v1.ConfigMap(
            "bolt",
            metadata=metadata(NAME, {}, "kube-system"),
            data={"why": _WHY},
            opts=pulumi.ResourceOptions(provider=provider, protect=protect, depends_on=list(self._declared)),
        )
