"""Remembers which plugins an environment's stacks were made with.

The user's own plugins and those that are built or stood in for here may write different state, and state does not
tell who wrote it. So the choice is made once per state directory, and another choice is refused.
"""

import json
import os
from enum import StrEnum
from typing import Final

from sandbox.errors import EngineError
from sandbox.state import State

VARIABLE: Final = "SLIPWAY_PLUGINS"


class Plugins(StrEnum):
    """Whose plugins do the work."""

    BUILT = "built"
    """Pulumi's own kubernetes plugin, built here, and stand-ins for those that can't be had."""
    OFFICIAL = "official"
    """All of Pulumi's own, as the user has installed them."""


FORMER: Final = "standin"
"""Recorded where a stand-in for the kubernetes plugin has made the stacks, as earlier versions of Slipway did."""


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
    """The plugins that `state` was set up with, or None before `decide`.

    Raises:
        EngineError: the record can't be read, or names a plugin that is no more.
    """
    path = state.pulumi / "engine.json"
    if not path.exists():
        return None
    try:
        plugins = json.loads(path.read_text())["plugins"]
        if plugins == FORMER:
            raise EngineError(
                f"the stacks in {state.pulumi} were made with a stand-in for the kubernetes plugin, whose state the "
                "real one can't read: on the embedded sandbox `make down` removes them with it, and `make up` makes "
                "them anew; on a cluster of your own, destroy them with the version of Slipway that made them"
            )
        return Plugins(plugins)
    except (ValueError, KeyError) as error:
        raise EngineError(f"{path} is unreadable ({error}): run `make down` and start again") from error


def decide(state: State, wanted: Plugins | None) -> Plugins:
    """The plugins of `state`: the recorded ones, else `wanted`, else those built here. Records the answer.

    Raises:
        EngineError: `wanted` differs from what the state was made with.
    """
    existing = recorded(state)
    if existing and wanted and existing != wanted:
        raise EngineError(
            f"{state.pulumi} was made with the {existing} plugins, and the {wanted} ones cannot read their "
            "state: use another SLIPWAY_STATE, or remove the stacks with `make down` first"
        )
    plugins = existing or wanted or Plugins.BUILT
    if not existing:
        path = state.pulumi / "engine.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps({"plugins": plugins}) + "\n")
        partial.replace(path)
    return plugins
