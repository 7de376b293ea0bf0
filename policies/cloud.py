"""Picks AWS's resources out of what a program declares."""

from collections.abc import Callable, Iterator, Sequence

from pulumi_policy import PolicyResource

from policies.props import Props


def kinds(*types: str) -> Callable[[str, Props], Iterator[Props]]:
    """What a rule on resources is asked about: those of these types, like `aws:eks/cluster:Cluster`."""
    return lambda resource_type, props: iter((props,) if resource_type in types else ())


def of_stack(*types: str) -> Callable[[Sequence[PolicyResource]], Iterator[PolicyResource]]:
    """What a rule on stacks is asked about: the resources of these types."""
    return lambda resources: (one for one in resources if one.resource_type in types)
