"""Rights are named one by one: a wildcard grants what nobody has thought of yet."""

from collections.abc import Iterator
from typing import Final

from policies import objects
from policies.objects import Object
from policies.props import Props, across, items, section
from policies.props import objects as objects_at
from policies.rule import rule

_GROUP: Final = "rbac.authorization.k8s.io"
_FIELDS: Final = ("apiGroups", "resources", "verbs", "nonResourceURLs")


def _rights(resource_type: str, props: Props) -> Iterator[Object]:
    return (one for one in objects.declared(resource_type, props) if one.group == _GROUP)


@rule(_rights)
def forbid_wildcard_rights(one: Object) -> Iterator[str]:
    """No role has a wildcard, and nobody is the cluster's administrator."""

    def wildcards(granted: Props) -> Iterator[str]:
        yield from across(
            lambda field: (f"{field} {item!r}" for item in items(granted, field) if "*" in str(item)), _FIELDS
        )

    for wildcard in across(wildcards, objects_at(one.props, "rules")):
        yield f"{one} grants {wildcard}: name what is needed"
    if section(one.props, "roleRef").get("name") == "cluster-admin":
        yield f"{one} binds 'cluster-admin': bind a role with the rights that are needed"
