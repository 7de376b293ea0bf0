"""Remembers which plugins an environment's stacks were made with.

The official plugins and the stand-ins write different state, and state does not tell who wrote it. So the
choice is made once per state directory, and another choice is refused.
"""

import json
import os
from enum import StrEnum
from typing import Final

from sandbox.pulumi.errors import EngineError
from sandbox.state import State

VARIABLE: Final = "SLIPWAY_PLUGINS"


class Plugins(StrEnum):
    """Whose plugins do the work."""

    STANDIN = "standin"
    OFFICIAL = "official"


def named() -> Plugins | None:
    """The plugins that `$SLIPWAY_PLUGINS` names, or None where it names none.

    Raises:
        EngineError: it names others than there are.
    """
    value = os.environ.get(VARIABLE)
    if not value:
        return None
    try:
        return Plugins(value)
    except ValueError:
        choices = " or ".join(Plugins)
        raise EngineError(f"{VARIABLE}: there are no {value!r} plugins; set it to {choices}, or unset it") from None


def recorded(state: State) -> Plugins | None:
    """The plugins that `state` was set up with, or None before `decide`."""
    path = state.pulumi / "engine.json"
    if not path.exists():
        return None
    try:
        return Plugins(json.loads(path.read_text())["plugins"])
    except (ValueError, KeyError) as error:
        raise EngineError(f"{path} is unreadable ({error}): run `make down` and start again") from error


def decide(state: State, wanted: Plugins | None) -> Plugins:
    """The plugins of `state`: the recorded ones, else `wanted`, else the stand-ins. Records the answer.

    Raises:
        EngineError: `wanted` differs from what the state was made with.
    """
    existing = recorded(state)
    if existing and wanted and existing != wanted:
        raise EngineError(
            f"{state.pulumi} was made with the {existing} plugins, and the {wanted} ones cannot read their "
            "state: use another SLIPWAY_STATE, or remove the stacks with `make down` first"
        )
    plugins = existing or wanted or Plugins.STANDIN
    if not existing:
        path = state.pulumi / "engine.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps({"plugins": plugins}) + "\n")
        partial.replace(path)
    return plugins
