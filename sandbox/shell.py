"""The variables that make plain `kubectl`, `pulumi` and `slipway` work on the sandbox in a shell."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.driver import Access
from sandbox.errors import SandboxError
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


def of(state: State, environment: str, *, platform: bool) -> dict[str, str]:
    """What the variables are to be beside that, or instead, for the stacks of an environment.

    Raises:
        SandboxError: there is no such environment, or nobody can sign in there.
    """
    from sandbox.journey import cloud  # which takes Pulumi's SDK along

    if environment == "local":
        if platform:
            raise SandboxError("local's platform needs no sign-in: name its file, as docs/guides/sandbox.md tells")
        return {}
    found = next((one for one in (cloud.STAGING, cloud.PROD) if one.name == environment), None)
    if found is None:
        raise SandboxError(f"there is no environment {environment!r}: take local, staging or prod")
    return found.shell(state, platform=platform)


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
