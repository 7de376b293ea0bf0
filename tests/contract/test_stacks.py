"""Stacks differ in numbers and never in structure, and every key is declared and described."""

import re
from collections.abc import Iterator
from typing import Any, cast, get_args

import pytest
import yaml
from pydantic import BaseModel

from infra.platform.config import PlatformConfig
from infra.serving.config import ServingConfig
from tests.infra import stacks
from tests.infra.values import Object

# `make up` adds these to the local stack, and the image is built in one place and named by digest in the other.
EXCEPT = ("slipway:image.", "slipway:models.maintenance_predictor.manifest")


def keys(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in cast("Object", value).items():
            yield from keys(one, f"{path}.{key}".lstrip("."))
    else:
        yield path


def sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is or holds, however deep: in a dict, a list, a union or another model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        inner = [field.annotation for field in annotation.model_fields.values()]
    else:
        inner = get_args(annotation)
    for one in inner:
        yield from sections(one)


def aliases(section: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in section.model_fields.items()}


def structure(stack: str) -> set[str]:
    return {key for key in keys(stacks.committed(f"Pulumi.{stack}.yaml")) if not key.startswith(EXCEPT)}


def test_the_serving_stacks_have_the_same_keys() -> None:
    assert structure("staging") == structure("prod") == structure("local")


def test_the_serving_stacks_declare_the_same_resources() -> None:
    declared = [
        {
            (one.type, one.name)
            for one in stacks.serving(stack).resources
            if not one.type.startswith(("docker", "pulumi"))
        }
        for stack in stacks.STACKS
    ]
    assert declared[0] == declared[1] == declared[2]


def test_production_names_an_image_that_was_proven_elsewhere_and_the_others_build_one() -> None:
    assert set(stacks.committed("Pulumi.prod.yaml")["slipway:image"]) == {"digest"}
    for stack in ("local", "staging"):
        assert set(stacks.committed(f"Pulumi.{stack}.yaml")["slipway:image"]) == {"build"}


@pytest.mark.parametrize(
    ("project", "namespace", "model"),
    [("Pulumi.yaml", "slipway", ServingConfig), ("infra/platform/Pulumi.yaml", "slipway-platform", PlatformConfig)],
)
def test_the_project_declares_what_every_stack_must_have_and_describes_every_key(
    project: str, namespace: str, model: type[BaseModel]
) -> None:
    text = (stacks.CHECKOUT / project).read_text()
    declared: Object = yaml.safe_load(text)
    config: Object = declared["config"]
    assert declared["name"] == namespace
    # Pulumi asks for every key that is declared, so what a stack may leave out can't be.
    assert set(config) == {f"{namespace}:{field.alias}" for field in model.model_fields.values() if field.is_required()}
    assert all(key["description"] and "default" not in key for key in config.values())
    assert aliases(model) <= set(re.findall(rf"{namespace}:(\w+)", text))


@pytest.mark.parametrize(
    ("project", "model"), [("Pulumi.yaml", ServingConfig), ("infra/platform/Pulumi.yaml", PlatformConfig)]
)
def test_the_project_mentions_every_key_inside_of_a_key(project: str, model: type[BaseModel]) -> None:
    text = (stacks.CHECKOUT / project).read_text()
    mentioned = set(re.findall(r"\w+", text))
    assert {alias for one in sections(model) for alias in aliases(one)} - mentioned == set()


@pytest.mark.parametrize("project", ["Pulumi.yaml", "infra/platform/Pulumi.yaml", "policies/PulumiPolicy.yaml"])
def test_programs_and_policies_run_in_the_environment_beside_the_lock(project: str) -> None:
    runtime: Object = yaml.safe_load((stacks.CHECKOUT / project).read_text())["runtime"]
    assert runtime == {"name": "python", "options": {"toolchain": "uv"}}
