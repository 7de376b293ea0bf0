"""Makes a policy of a function that says what is wrong with one thing: a part of a resource, or of a whole stack.

A rule is safe with values that aren't known yet in a preview: what can be judged is judged, and only then is it
reported that something could not be. The policy's name is the function's, with hyphens; its description is the
function's docstring.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from pulumi_policy import (
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.props import Props, across


class Located(Protocol):
    """Something that belongs to a resource of the stack."""

    @property
    def urn(self) -> str:
        """The resource's URN."""
        ...


Subject = TypeVar("Subject")
Place = TypeVar("Place", bound=Located)


def rule(
    subjects: Callable[[str, Props], Iterable[Subject]],
) -> Callable[[Callable[[Subject], Iterator[str]]], Policy]:
    """Make a policy of a check of one resource, which sees what the program asks for.

    Args:
        subjects: what the check is asked about, from a resource's type and properties; nothing if the rule is not
            about such a resource. The check yields a message for each thing that is wrong with one of them.
    """

    def decorate(check: Callable[[Subject], Iterator[str]]) -> Policy:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            for message in across(check, subjects(args.resource_type, args.props)):
                report(message, None)

        return ResourceValidationPolicy(_name(check), check.__doc__ or "", validate)

    return decorate


def stack_rule(
    subjects: Callable[[Sequence[PolicyResource]], Iterable[Place]],
) -> Callable[[Callable[[Place], Iterator[str]]], Policy]:
    """Make a policy of a check of a whole stack, which sees what the providers answered.

    Args:
        subjects: what the check is asked about, from all resources of the stack. What is wrong with one of them is
            reported at its resource.
    """

    def decorate(check: Callable[[Place], Iterator[str]]) -> Policy:
        def located(subject: Place) -> Iterator[tuple[str, str]]:
            return ((message, subject.urn) for message in check(subject))

        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            for message, urn in across(located, subjects(args.resources)):
                report(message, urn)

        return StackValidationPolicy(_name(check), check.__doc__ or "", validate)

    return decorate


def _name(check: Callable[..., object]) -> str:
    return check.__name__.replace("_", "-")
