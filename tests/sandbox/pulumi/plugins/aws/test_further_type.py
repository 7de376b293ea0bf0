"""A further resource type is a further entry in the table: here a parameter of SSM."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.pulumi.plugins.aws.api_names import tag_set, tags
from sandbox.pulumi.plugins.aws.errors import code
from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.aws.resource_type import Autoname, Resource, ResourceType
from sandbox.pulumi.plugins.aws.types import TYPES
from sandbox.pulumi.plugins.wire import Secret, Unknown

PARAMETER = "aws:ssm/parameter:Parameter"


class Parameter(Resource):
    name: str
    type: str
    value: str
    tags: dict[str, str] | None = None


def create(ssm: Any, properties: Any) -> Any:
    update(ssm, properties["name"], properties)
    return properties["name"]


def read(ssm: Any, name: Any) -> Any:
    try:
        found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    except ClientError as error:
        if code(error) == "ParameterNotFound":
            return None
        raise
    live = tags(ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"])
    return {
        "arn": found["ARN"],
        "name": name,
        "region": ssm.meta.region_name,
        "tags": live or None,
        "tagsAll": live,
        "type": found["Type"],
        "value": found["Value"],
        "version": found["Version"],
    }


def update(ssm: Any, name: Any, properties: Any) -> None:
    ssm.put_parameter(Name=name, Type=properties["type"], Value=properties["value"], Overwrite=True)
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tag_set(properties["tagsAll"]))


def delete(ssm: Any, name: Any, last: Any) -> None:
    ssm.delete_parameter(Name=name)


ENTRY = ResourceType(
    inputs=Parameter,
    service="ssm",
    create=create,
    read=read,
    update=update,
    delete=delete,
    replaces=frozenset({"name", "type"}),
    computed=frozenset({"arn", "id", "region", "version"}),
    autoname=Autoname("name", 2048),
)


@pytest.fixture
def plugin(serve_plugin: Any, settings: Any) -> Any:
    plugin = serve_plugin(Aws({**TYPES, PARAMETER: ENTRY}))
    plugin.configure(settings)
    return plugin


def test_the_entry_alone_makes_the_whole_life_of_a_resource(plugin: Any) -> None:
    news = {"type": "SecureString", "value": Secret("one")}
    planned = plugin.create(PARAMETER, "key", news, preview=True)
    made = plugin.create(PARAMETER, "key", news)

    assert planned.outputs["arn"] == Unknown()
    assert made.id.startswith("key-")
    assert made.outputs["value"] == Secret("one")
    assert made.outputs["tagsAll"] == {"owner": "tests"}
    assert plugin.read(made) == made

    other = {**news, "value": Secret("two")}
    assert plugin.diff(made, other).changes == {"value": "UPDATE"}
    updated = plugin.update(made, other)
    assert updated.outputs["version"] == 2
    assert plugin.diff(updated, {**other, "type": "String"}).replaces == ["type"]
    assert plugin.diff(plugin.imported(PARAMETER, "key", made.id), {**other, "name": made.id}).changes == {}

    plugin.delete(updated)
    assert plugin.read(updated) is None
