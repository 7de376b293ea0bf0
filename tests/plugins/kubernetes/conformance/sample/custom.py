"""A type of our own, and an object of it whose list belongs to a controller."""

import pulumi
import pulumi_kubernetes as k8s
from blocks import Block


def definition(block: Block) -> pulumi.Resource:
    """The definition of Widget."""
    part: k8s.apiextensions.v1.JSONSchemaPropsArgsDict = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "weight": {"type": "integer"}},
    }
    spec: k8s.apiextensions.v1.JSONSchemaPropsArgsDict = {
        "type": "object",
        "properties": {"size": {"type": "integer"}, "parts": {"type": "array", "items": part}},
    }
    version: k8s.apiextensions.v1.CustomResourceDefinitionVersionArgsDict = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"open_apiv3_schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return k8s.apiextensions.v1.CustomResourceDefinition(
        block.called("crd"),
        metadata={"name": "widgets.example.com"},
        spec={
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [version],
        },
        opts=block.options(),
    )


def widget(block: Block, space: pulumi.Output[str], after: pulumi.Resource | None) -> None:
    """A Widget."""
    k8s.apiextensions.CustomResource(
        block.called("widget"),
        api_version="example.com/v1",
        kind="Widget",
        metadata=block.metadata("w", space),
        spec={"size": block.either("widget-size", 2, 1), "parts": [{"name": "a"}, {"name": "b"}]},
        opts=block.options(after=after, ignoring="spec.parts"),
    )
