"""What a resource type is to the plugin: one value of `ResourceType` in the table `types.TYPES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties, Value

# Every resource of pulumi-aws 7 may name the region that it lives in.
ADOPTED: Final = frozenset({"region"})


Same: TypeAlias = Callable[[Value, Value], bool]


class Resource(Inputs):
    """The inputs that every type has."""

    region: str | None = None


@dataclass(frozen=True)
class Autoname:
    """How a resource gets a name that the program doesn't give: `<resource's name>-<7 hexadecimal digits>`.

    Attributes:
        property: the input that is filled in.
        limit: the longest name that AWS takes, in characters.
    """

    property: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type. The functions get plain values, with `tagsAll` beside the inputs where there are tags.

    Attributes:
        inputs: what a program may declare.
        service: boto3's name of the service, and the key in the provider's `endpoints`.
        create: makes the resource and returns its id.
        read: the live values by property name, `None` for one that isn't set; `None` in all if the resource is gone.
            What it leaves out (`forceDestroy`) isn't kept by AWS and stays as declared.
        update: brings the resource to the inputs.
        delete: removes the resource, and is content if it is gone; gets its last known properties.
        replaces: properties that only a new resource can change.
        computed: outputs that aren't inputs.
        adopted: inputs that keep the live value while a program doesn't declare them.
        autoname: for a type whose name may be left out.
        equivalent: tells, for properties whose text may differ without meaning anything, whether two values agree.
    """

    inputs: type[Resource]
    service: str
    create: Callable[[Client, Properties], str]
    read: Callable[[Client, str], Properties | None]
    update: Callable[[Client, str, Properties], None]
    delete: Callable[[Client, str, Properties], None]
    replaces: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    adopted: frozenset[str] = ADOPTED
    autoname: Autoname | None = None
    equivalent: Mapping[str, Same] = field(default_factory=dict[str, Same])
