"""The local stacks' configuration: the committed file, with what only this machine knows filled in.

The result lies in the state directory, so running never dirties the checkout.
"""

import copy
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from sandbox.state import State

CHECKOUT: Final = Path(__file__).parents[2]
Config: TypeAlias = dict[str, Any]

_HEADER: Final = "# Written by `make up` from {source}: changes here are lost at the next one.\n"


def platform_file(state: State) -> Path:
    """The platform stack's configuration in the state directory."""
    return state.pulumi / "stacks" / "platform.local.yaml"


def serving_file(state: State) -> Path:
    """The serving stack's configuration in the state directory."""
    return state.pulumi / "stacks" / "serving.local.yaml"


def filled(committed: Config, values: Mapping[str, Any]) -> Config:
    """`committed` with each of `values` in its place.

    Args:
        committed: a stack's configuration, as read from its YAML.
        values: from a path like `slipway:models.maintenance_predictor.manifest` to the value there; the part
            before the first dot is a configuration key.

    Raises:
        KeyError: a path leads through something that the committed file lacks.
    """
    result = copy.deepcopy(committed)
    for path, value in values.items():
        key, *inner = path.split(".")
        place = result["config"]
        for name in [key, *inner][:-1]:
            place = place.setdefault(name, {}) if name == key else place[name]
        place[[key, *inner][-1]] = value
    return result


def write(source: Path, target: Path, values: Mapping[str, Any]) -> Path:
    """Write `source`, filled with `values`, to `target`.

    What Pulumi itself keeps in the file (the salt of its encryption) is taken over from an earlier `target`.
    """
    config = filled(yaml.safe_load(source.read_text()), values)
    if target.exists() and (salt := yaml.safe_load(target.read_text()).get("encryptionsalt")):
        config["encryptionsalt"] = salt
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    fresh.write_text(_HEADER.format(source=source.relative_to(CHECKOUT)) + yaml.safe_dump(config, sort_keys=False))
    os.replace(fresh, target)
    return target
