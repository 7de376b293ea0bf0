"""Makes order flow with a value where Kubernetes only knows names."""

import pulumi


def after(value: pulumi.Input[str], *resources: pulumi.Resource) -> pulumi.Output[str]:
    """`value`, for resources that must not be made before `resources` are, nor go after them.

    `depends_on` at a component would order its creation, but is not a dependency of what is inside it.
    """
    return pulumi.Output.all(value, *(one.urn for one in resources)).apply(lambda values: str(values[0]))
