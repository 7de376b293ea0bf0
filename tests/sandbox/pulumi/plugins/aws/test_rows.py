"""The table itself: it says what the SDK and botocore say, and stays short."""

import inspect
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name  # pyright: ignore[reportUnknownVariableType] (botocore is untyped)

from sandbox.pulumi.plugins.aws import models, shapes, types
from sandbox.pulumi.plugins.aws.row import Input, Of
from sandbox.pulumi.plugins.aws.types import ROWS, TYPES
from sandbox.pulumi.plugins.inputs import names

LINES = 25  # of a type, on average


SUPPRESSED = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {"upstreamRepositoryPrefix"},
    "aws:ecr/repository:Repository": {"encryptionConfigurations", "imageScanningConfiguration"},
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {"encryptionConfigurations"},
}
"""What isn't declared and is told by AWS all the same is no change to the official plugin either."""


@cache
def sdk(token: str) -> str:
    """The SDK's source of a type, which is read, because to import it imports hundreds of others."""
    spec = find_spec("pulumi_aws")
    assert spec
    assert spec.submodule_search_locations
    module, _, name = token.split(":")[1].partition("/")
    return Path(spec.submodule_search_locations[0], module, f"{xform_name(name)}.py").read_text()


def properties(token: str) -> dict[str, str]:
    """Pulumi's name of each property of a type, with what its getter returns."""
    _, _, resource = sdk(token).rpartition("(pulumi.CustomResource):")
    found = re.findall(r'@pulumi\.getter(?:\(name="(\w+)"\))?\n    def (\w+)\(self\) -> (.+):\n', resource)
    return {name or snake: returns for name, snake, returns in found}


@pytest.mark.parametrize("token", TYPES)
def test_its_properties_are_the_sdks(token: str) -> None:
    kind = TYPES[token]
    outer = {path for path in names(kind.inputs) | kind.computed if "." not in path}
    assert outer - properties(token).keys() - {"id"} == set()


@pytest.mark.parametrize("token", ROWS)
def test_what_must_be_declared_is_what_the_sdk_says(token: str) -> None:
    needed = set(re.findall(r"if (\w+) is None and not opts\.urn", sdk(token)))
    assert bool(needed) == ("Missing required property" in sdk(token))
    must = {name for name, wish in ROWS[token].inputs.items() if _wish(wish) is Input.REQUIRED and "." not in name}
    assert needed - {xform_name(name) for name in must} == set()


@pytest.mark.parametrize("token", ROWS)
def test_what_aws_chooses_is_what_the_sdk_always_tells(token: str) -> None:
    told = properties(token)
    adopted = {name for name, wish in ROWS[token].inputs.items() if _wish(wish) is Input.ADOPTED and "." not in name}
    assert {name for name in adopted if told[name].startswith("pulumi.Output[Optional")} == SUPPRESSED.get(token, set())


@pytest.mark.parametrize("token", ROWS)
def test_every_operation_and_every_argument_is_one_of_botocores(token: str) -> None:
    row = ROWS[token]
    for call in row.calls:
        known = shapes.members(shapes.operation(row.service, call.operation).input_shape, row.names)
        assert call.given.keys() <= known.keys(), call.operation
        assert models.target(row, call) is not None or not call.given
    for wait in [one.then for one in row.calls if one.then] + ([row.ready] if row.ready else []):
        if wait.asking:
            known = shapes.members(shapes.operation(row.service, wait.asking).input_shape, row.names)
            assert wait.given.keys() <= known.keys()


def test_every_pattern_that_a_type_checks_is_one_of_pythons() -> None:
    for token in ROWS:
        assert TYPES[token].inputs.model_fields  # which compiles them


def test_a_type_takes_few_lines() -> None:
    folder = Path(inspect.getfile(types)).parent
    lines = sum(len(path.read_text().splitlines()) for path in folder.glob("*.py") if path.stem not in BESIDE)
    assert lines / len(ROWS) <= LINES


BESIDE = {"__init__", "bucket"}  # the one lists the rows, the other is code


def _wish(wish: Any) -> Any:
    return wish.wish if isinstance(wish, Of) else wish
