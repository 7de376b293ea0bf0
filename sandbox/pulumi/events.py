"""The engine's events, as `pulumi up --json` writes them one a line, and what they say was done."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Kind(StrEnum):
    """A change that the engine makes to a resource. Its other kinds are steps of a replacement, or change nothing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"


CHANGES: Final = frozenset(Kind)


@dataclass(frozen=True)
class Operation:
    """One change of one resource. Two are equal when they do the same to the same resource."""

    kind: Kind
    urn: str
    type: str
    diff: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """The paths of changed properties, each with what happens there: `add`, `update-replace`, ..."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return name_of(self.urn)


def name_of(urn: str) -> str:
    """The last part of `urn:pulumi:STACK::PROJECT::TYPE::NAME`."""
    return urn.split("::", 3)[-1]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class PropertyDiff(_Wire):
    """What happens to one property."""

    diff_kind: str


class Step(_Wire):
    """One step of an update."""

    op: str
    urn: str
    type: str
    detailed_diff: dict[str, PropertyDiff] | None = None

    @property
    def operation(self) -> Operation | None:
        """The change that this step makes, None for one that changes nothing by itself."""
        if self.op not in CHANGES:
            return None
        diff = tuple(sorted((path, change.diff_kind) for path, change in (self.detailed_diff or {}).items()))
        return Operation(Kind(self.op), self.urn, self.type, diff)


class StepEvent(_Wire):
    """A step begins, ends or fails."""

    metadata: Step


class Diagnostic(_Wire):
    """A message from the engine, the program or a provider."""

    message: str
    severity: str
    urn: str = ""
    ephemeral: bool = False


class Violation(_Wire):
    """A policy found something in a resource."""

    message: str
    policy_name: str
    enforcement_level: str
    resource_urn: str = ""


class Summary(_Wire):
    """The end of an update."""

    result: str = ""


class Event(_Wire):
    """One event: exactly one of the fields is there, or none for kinds that nobody here reads."""

    resource_pre_event: StepEvent | None = None
    res_outputs_event: StepEvent | None = None
    res_op_failed_event: StepEvent | None = None
    diagnostic_event: Diagnostic | None = None
    policy_event: Violation | None = None
    summary_event: Summary | None = None
    unreadable: str = ""
    """A line of the log that is no event, or none that we understand."""
