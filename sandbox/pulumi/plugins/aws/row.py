"""What the table says about a resource type: the calls that make, read, change and end it, and what they are given.

Everything stands under Pulumi's names; `shapes` knows the API's. A call is given each input that has a member of its
name, and the key. Where that isn't it, an argument is written out, and text in it that begins with `$` is a JMESPath
expression over what is known: the inputs, `id`, `account`, `region`, what was read last, the answer of the call before,
and when something changes, `was.x` for `x` as it was, and `added.x` and `removed.x` for a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from sandbox.pulumi.plugins.aws.expressions import fields
from sandbox.pulumi.plugins.aws.resource_type import Autoname, Same
from sandbox.pulumi.plugins.wire import Value


class Input(Enum):
    """How a program declares an input that has no default of the provider's."""

    REQUIRED = "it must"
    OPTIONAL = "it may, and what isn't declared isn't set"
    ADOPTED = "it may, and what isn't declared is AWS's choice"


REQUIRED: Final = Input.REQUIRED
OPTIONAL: Final = Input.OPTIONAL
ADOPTED: Final = Input.ADOPTED
_MARKS: Final = {"!": REQUIRED, "~": ADOPTED}


def declared(*names: str, **more: Value) -> dict[str, Value]:
    """The inputs of a row.

    Args:
        names: those without a default; `!` behind one that a program must declare, `~` behind one that AWS chooses
            otherwise.
        more: those with a default or an `Of`.
    """
    given = (name for line in names for name in line.split())
    return {name.rstrip("!~"): _MARKS.get(name[-1], OPTIONAL) for name in given} | more


@dataclass(frozen=True)
class Of:
    """An input whose type no call tells, because its value is taken apart on the way.

    Attributes:
        type: what pydantic makes a field of.
        wish: the default, or an `Input`.
    """

    type: Any
    wish: Value = OPTIONAL


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Until when to ask.

    Attributes:
        at: where the answer tells how far it is.
        done: what it then says.
        failed: what it says when it never will be done.
        asking: the operation that tells, the row's own reading if it is left out.
        given: its arguments.
    """

    at: str
    done: tuple[Value, ...]
    failed: tuple[Value, ...] = ()
    asking: str = ""
    given: Mapping[str, Value] = field(default_factory=dict[str, Value])


class Call:
    """One call of an operation.

    Args:
        operation: its name in the API, such as `CreateVpc`.
        at: where in the answer the interesting part is, a JMESPath expression.
        only: the inputs that it is given, if not all that fit.
        within: the argument whose members the inputs are, if they aren't the operation's own.
        when: an expression over what is known that has to hold, or there is no call.
        each: a call or an expression that lists, and for each of its items there is one of this; the answer is then a
            list of the items, each with what was answered for it.
        into: the name that what was read gets, if it isn't the resource itself.
        absent: AWS's codes that tell that there is none of what it reads, or that what it would do is done.
        then: what to wait for after it.
        given: arguments that are written out.
    """

    def __init__(  # noqa: PLR0913 (a table's row is read by the names in it)
        self,
        operation: str,
        *,
        at: str = "",
        only: str | None = None,
        within: str = "",
        when: str = "",
        each: "Call | str | None" = None,
        into: str = "",
        absent: tuple[str, ...] = (),
        then: Wait | None = None,
        **given: Value,
    ) -> None:
        self.operation, self.at, self.within, self.when, self.each = operation, at, within, when, each
        self.only = None if only is None else tuple(only.split())
        self.into, self.absent, self.then, self.given = into, absent, then, given


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """How a service keeps tags.

    Attributes:
        made: the argument of the creating call that takes them, `$tagsAll`; none if it takes no tags.
        add: the call that sets some, `$tags`.
        remove: the call that takes some away, `$keys`.
        read: the call that tells them, if the resource itself doesn't.
    """

    made: Mapping[str, Value]
    add: Call
    remove: Call
    read: Call | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One resource type.

    Attributes:
        service: boto3's name of it.
        inputs: what a program may declare, each with its default, an `Input` or an `Of`. A path (`rules.id`)
            tells something about a part.
        told: further properties that are read under their own names.
        outputs: other further properties, and inputs that are read in another way, each with the expression for it over
            what was read, or a text with `{}` in it; an empty one is kept as declared, because AWS doesn't tell it.
        names: the API's name of properties, where it doesn't follow.
        create: the call that makes it.
        settle: calls that follow once, after it is there.
        reads: the calls whose answers together are the resource; the first one decides whether it is there.
        updates: calls for changed inputs, in this order.
        deletes: calls that end it, in this order.
        id: where the answer of `create` has it, or a text with inputs in `{}`.
        prefix: what the API puts before the id.
        key: the argument that takes the id in every call but `create`, or several with where each is from. It needs no
            saying if it is called as in `id`, be that where in the answer or what is in its `{}`.
        lists: the call that tells all ids, if the first of `reads` doesn't tell all when it isn't given an id.
        gone: AWS's codes for a resource that isn't there.
        exists: AWS's code for one whose name is taken.
        ended: what a property says of a resource that is deleted and still listed.
        ready: when it can be used.
        tagging: how it keeps tags, if it has some.
        single: lists of the API that are one thing in Pulumi.
        listed: things of the API that are a list in Pulumi.
        maps: lists of pairs that are a map in Pulumi.
        documents: inputs that are JSON, compared by what they mean.
        same: further inputs that are compared by what they mean.
        replaces: inputs and parts of them that need a new resource although a call takes them.
        autoname: for a type whose name may be left out.
        delete_first: whether a successor can't be made while it is there.
        everywhere: whether it belongs to no region.
    """

    service: str
    inputs: Mapping[str, Value]
    create: Call
    reads: tuple[Call, ...]
    id: str
    told: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    settle: tuple[Call, ...] = ()
    updates: tuple[Call, ...] = ()
    deletes: tuple[Call, ...] = ()
    prefix: str = ""
    key: str | Mapping[str, str] = ""
    lists: Call | None = None
    gone: tuple[str, ...] = ()
    exists: str = ""
    ended: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    ready: Wait | None = None
    tagging: Tagging | None = None
    single: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    same: Mapping[str, Same] = field(default_factory=dict[str, Same])
    replaces: tuple[str, ...] = ()
    autoname: Autoname | None = None
    delete_first: bool = False
    everywhere: bool = False

    @property
    def properties(self) -> frozenset[str]:
        """The inputs, without parts of them."""
        return frozenset(name for name in self.inputs if "." not in name)

    @property
    def answers(self) -> dict[str, str]:
        """Where all outputs are from, and inputs that are read in another way."""
        return {name: name for name in self.told.split()} | dict(self.outputs)

    @property
    def names_it(self) -> Mapping[str, str]:
        """The arguments that name the resource, each with the property that it is from."""
        if not isinstance(self.key, str):
            return self.key
        if parts := fields(self.id) if not self.key else frozenset[str]():
            return {name: name for name in parts}
        return {self.key or self.id.rpartition(".")[2]: "id"}

    @property
    def listing(self) -> Call | None:
        """The call that tells the ids of all there are, none for a type whose id follows from its inputs."""
        if self.lists or fields(self.id):
            return self.lists
        first, (key, *_) = self.reads[0], self.names_it
        return Call(first.operation, at=f"{first.at.removesuffix('[0]').removesuffix(' | ')}[].{key}", **first.given)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call that the type makes."""
        tags = self.tagging
        of_tags = () if tags is None else tuple(call for call in (tags.read, tags.add, tags.remove) if call)
        of_lists = (self.lists,) if self.lists else ()
        direct = (self.create, *self.settle, *self.reads, *self.updates, *self.deletes, *of_tags, *of_lists)
        lists = tuple(call.each for call in direct if isinstance(call.each, Call))
        return direct + lists
