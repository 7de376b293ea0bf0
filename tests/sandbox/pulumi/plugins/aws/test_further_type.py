"""A further resource type is a further row in the table: here a parameter of SSM."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Row, Tagging, declared
from sandbox.pulumi.plugins.aws.types import Types
from sandbox.pulumi.plugins.wire import Secret, Unknown

PARAMETER = "aws:ssm/parameter:Parameter"
ROW = Row(
    service="ssm",
    inputs=declared("type! value! name"),
    told="arn version",
    create=Call("PutParameter"),
    id="{name}",
    reads=(Call("GetParameter", at="parameter", withDecryption=True),),
    updates=(Call("PutParameter", only="value", type="$was.type", overwrite=True),),
    deletes=(Call("DeleteParameter"),),
    gone=("ParameterNotFound",),
    autoname=Autoname("name", 2048),
    tagging=Tagging(
        made={"tags": "$tagsAll"},
        add=Call("AddTagsToResource", resourceType="Parameter", resourceId="$id", tags="$tags"),
        remove=Call("RemoveTagsFromResource", resourceType="Parameter", resourceId="$id", tagKeys="$keys"),
        read=Call("ListTagsForResource", at="tagList", resourceType="Parameter", resourceId="$id"),
    ),
    replaces=("type",),
)


@pytest.fixture
def plugin(serve_plugin: Any, settings: Any) -> Any:
    plugin = serve_plugin(Aws(Types({PARAMETER: ROW}, {})))
    plugin.configure(settings)
    return plugin


def test_the_row_alone_makes_the_whole_life_of_a_resource(plugin: Any) -> None:
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


def test_its_types_enums_patterns_and_ranges_are_those_of_aws(plugin: Any) -> None:
    refused = plugin.check(PARAMETER, "key", {"name": "n" * 2049, "type": "Rune", "value": 1})
    assert "at most 2048" in refused.reasons["name"]
    assert "'Rune'" in refused.reasons["type"]
    assert "string" in refused.reasons["value"]
