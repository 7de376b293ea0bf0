"""The variables that make plain `kubectl`, `pulumi` and `slipway` work on the sandbox in a shell."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.driver import Access
from sandbox.state import State


def variables(state: State, access: Access) -> dict[str, str]:
    """Every variable but PATH, after making Pulumi ready: also where no stack has been brought up yet.

    Raises:
        SandboxError: there is no Pulumi CLI.
    """
    from sandbox import pulumi as engine  # takes the Pulumi SDK along, which the rest of the sandbox does without

    engine.prepare(state)
    return {
        "SLIPWAY_STATE": str(state.root),
        "KUBECONFIG": str(access.kubeconfig),
        "AWS_ENDPOINT_URL": access.store,
        "AWS_ALLOW_HTTP": "true",
        **engine.shell(state),
    }


def folders(state: State) -> list[str]:
    """The folders of our programs, which go before the others on PATH."""
    return [str(state.bin), str(Path(sys.executable).parent)]


def search_path(state: State) -> str:
    """PATH with our folders first, each once."""
    ours = folders(state)
    return ":".join([*ours, *(one for one in os.environ.get("PATH", "").split(":") if one not in ours)])


def exports(values: Mapping[str, str]) -> str:
    """Lines for a shell to evaluate."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
