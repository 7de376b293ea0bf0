"""Makes a policy of a function that says what is wrong with one thing.

A rule is safe with values that aren't known yet in a preview: what can be judged is judged, and only then is it
reported that something could not be.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pulumi_policy import Policy, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy
from pulumi_policy.proxy import UnknownValueError

from policies.props import Props

Subject = TypeVar("Subject")


def rule(
    subjects: Callable[[str, Props], Iterable[Subject]],
) -> Callable[[Callable[[Subject], Iterator[str]]], Policy]:
    """Make a policy of a check.

    The policy's name is the function's, with hyphens; its description is the function's docstring.

    Args:
        subjects: what the check is asked about, from a resource's type and properties; nothing if the rule is not
            about such a resource. The check yields a message for each thing that is wrong with one of them.
    """

    def decorate(check: Callable[[Subject], Iterator[str]]) -> Policy:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            unknown: UnknownValueError | None = None
            for subject in subjects(args.resource_type, args.props):
                try:
                    for message in check(subject):
                        report(message, None)
                except UnknownValueError as error:
                    unknown = unknown or error
            if unknown:
                raise unknown  # the SDK tells that the rule could not be run to its end

        return ResourceValidationPolicy(check.__name__.replace("_", "-"), check.__doc__ or "", validate)

    return decorate
