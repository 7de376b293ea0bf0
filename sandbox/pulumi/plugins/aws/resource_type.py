"""What a resource type is to the plugin: one value of `ResourceType` in the table `types.TYPES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sandbox.pulumi.plugins.aws.clients import Api
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties, Value

# Every resource of pulumi-aws 7 that lives in a region may name it.
ADOPTED: Final = frozenset({"region"})


Same: TypeAlias = Callable[[Value, Value], bool]


class Resource(Inputs):
    """The inputs that every type has, but for those of services that know no region."""

    region: str | None = None


@dataclass(frozen=True)
class Autoname:
    """How a resource gets a name that the program doesn't give: `<resource's name>-<7 hexadecimal digits>`.

    Attributes:
        property: the input that is filled in.
        limit: the longest name that AWS takes, in characters.
        prefix: what the name has to begin with.
    """

    property: str
    limit: int
    prefix: str = ""


def nothing_more(api: Api, identity: str, properties: Properties) -> None:
    """The end of a creation that needs one call."""


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type. The functions get plain values, with `tagsAll` beside the inputs where there are tags.

    Attributes:
        inputs: what a program may declare.
        service: boto3's name of the service, and the key in the provider's `endpoints`.
        create: makes the resource and returns its id.
        seek: the id of what was made of inputs by a run that couldn't say so any more, none if there is none such.
        finish: what is left of the creation once there is an id, waiting included.
        read: the live values by property name, `None` for one that isn't set; `None` in all if the resource is gone.
            What it leaves out (`forceDestroy`) isn't kept by AWS and stays as declared. Gets the last known properties,
            none if the resource is imported.
        update: brings the resource from its last known properties to the inputs.
        delete: removes the resource, and is content if it is gone; gets its last known properties.
        replaces: properties that only a new resource can change, and paths of such parts of them.
        computed: outputs that aren't inputs, and paths of such parts of inputs.
        adopted: inputs that keep the live value while a program doesn't declare them, and paths of such parts.
        autoname: for a type whose name may be left out.
        delete_first: whether a successor can't be made while the resource is there.
        equivalent: tells, for properties whose text may differ without meaning anything, whether two values agree.
    """

    inputs: type[Inputs]
    service: str
    create: Callable[[Api, Properties], str]
    read: Callable[[Api, str, Properties], Properties | None]
    update: Callable[[Api, str, Properties, Properties], None]
    delete: Callable[[Api, str, Properties], None]
    seek: Callable[[Api, Properties], str | None]
    finish: Callable[[Api, str, Properties], None] = nothing_more
    replaces: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    adopted: frozenset[str] = ADOPTED
    autoname: Autoname | None = None
    delete_first: bool = False
    equivalent: Mapping[str, Same] = field(default_factory=dict[str, Same])
