"""A resource's properties in the state: what was declared, what is live, and tags with the provider's own."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Iterable, Mapping

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.aws import parts
from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.inputs import InvalidInputsError, names, normal
from sandbox.pulumi.plugins.wire import Properties, Secret, Unknown, Value

Tags = Mapping[str, str]


def desired(kind: ResourceType, inputs: Properties, default_tags: Tags) -> Properties:
    """The inputs, with `tagsAll` for a type that has tags: the provider's, overlaid with the resource's."""
    declared = {key: value for key, value in inputs.items() if not key.startswith("__")}
    if "tags" not in names(kind.inputs):
        return declared
    return {**declared, "tagsAll": _everything(declared.get("tags") or {}, default_tags)}


def _everything(tags: Value, default_tags: Tags) -> Value:
    match tags:
        case Unknown():
            return tags
        case Secret():
            return Secret(_everything(tags.value, default_tags))
        case _:
            return {**default_tags, **tags}


def planned(kind: ResourceType, wanted: Properties, last: Properties) -> Properties:
    """What a preview can tell: the wanted properties, and what is computed as last known or else unknown."""
    inner = _inner(kind.computed | kind.adopted)
    wanted = parts.unknown(parts.filled(wanted, last, inner), inner)
    return {key: last.get(key, Unknown()) for key in kind.computed if "." not in key} | wanted


def live_inputs(kind: ResourceType, live: Properties, prior: Properties, default_tags: Tags) -> Properties:
    """The inputs that would have made the live resource, spelled as `prior` spells what means the same.

    Args:
        kind: the resource's type.
        live: what was read; `None` for a property that isn't set.
        prior: the inputs as last declared, empty when a resource is imported.
        default_tags: the provider's, left out unless the program declared the same ones itself.
    """
    known, unset = names(kind.inputs), _without_default(kind)
    declared = {key: value for key, value in prior.items() if key not in live}
    declared |= {
        key: value
        for key, value in live.items()
        if key in known
        and value is not None
        and not (key in unset - prior.keys() and parts.is_nothing(parts.meaning(value)))
    }
    declared = parts.dropped(declared, prior, _inner(kind.computed | kind.adopted if prior else kind.computed))
    if tags := declared.get("tags"):
        own = wire.plain(prior.get("tags")) or {}
        declared["tags"] = {key: tag for key, tag in tags.items() if key in own or default_tags.get(key) != tag}
    if not declared.get("tags") and not wire.plain(prior.get("tags")):
        declared.pop("tags", None)
    declared = {key: value for key, value in declared.items() if key in prior or key not in kind.adopted}
    same = {key: prior[key] for key in declared if key in prior and agree(kind, key, prior[key], declared[key])}
    marks = {key: value for key, value in prior.items() if key.startswith("__")}
    return {**_normal_if_possible(kind, declared), **same, **marks}


def agree(kind: ResourceType, key: str, one: Value, other: Value) -> bool:
    """Whether two values of the property `key` mean the same."""
    one, other = wire.plain(one), wire.plain(other)
    if parts.meaning(one) == parts.meaning(other):
        return True
    return key in kind.equivalent and not wire.has_unknown([one, other]) and kind.equivalent[key](one, other)


def state(kind: ResourceType, identity: str, inputs: Properties, live: Properties, default_tags: Tags) -> Properties:
    """The outputs of a resource that exists."""
    declared = desired(kind, inputs, default_tags)
    computed = {key: live[key] for key in kind.computed & live.keys() if live[key] is not None}
    if "tagsAll" in declared:
        declared["tagsAll"] = wire.with_secrets_of(declared["tagsAll"], live.get("tagsAll", {}))
    declared = parts.filled(declared, live, _inner(kind.computed | kind.adopted))
    return {**computed, **declared, "id": identity}


def _inner(paths: Iterable[str]) -> list[str]:
    """The paths that lead into a property."""
    return sorted(path for path in paths if "." in path)


def _without_default(kind: ResourceType) -> frozenset[str]:
    fields = kind.inputs.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if field.default is None)


def _normal_if_possible(kind: ResourceType, declared: Properties) -> Properties:
    try:
        return normal(kind.inputs, declared)
    except InvalidInputsError:  # somebody set what the model doesn't know: it is drift all the same
        return declared
