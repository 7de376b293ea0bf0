"""The way from nothing to predictions, and back: what `make up`, `staging`, `prod` and `down` do.

The cluster holds one environment at a time: two cores have no room for more, and what they make there is called the
same. Another one leaves it before, and keeps what it has elsewhere: its models, and its account of AWS.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

from rich.text import Text

from sandbox import files, lifecycle
from sandbox import pulumi as engine
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import bundles, cloud, cluster, report, stacks
from sandbox.journey.report import Served
from sandbox.progress import console, step
from sandbox.pulumi import EngineError, Stack, StackInUse
from sandbox.state import State

LOCAL: Final = "local"


class Environment(Protocol):
    """An environment: the two stacks of a name."""

    @property
    def entrance(self) -> str | None:
        """The address of the gateway, where this machine doesn't know its name."""
        ...

    def platform(self, state: State, access: Access) -> Stack:
        """The platform's stack; its configuration is written anew."""
        ...

    def cached(self, state: State, access: Access) -> None:
        """Bring the platform's third-party images to where its stack says that they are."""
        ...

    def serving(self, state: State, digests: Mapping[str, str]) -> Stack:
        """The serving stack, with what its user has made of the committed configuration."""
        ...

    def existing(self, state: State) -> list[Stack]:
        """Its stacks that were brought up and not yet removed, in the order in which they have to go."""
        ...


ENVIRONMENTS: Final[Mapping[str, Environment]] = MappingProxyType(
    {LOCAL: stacks, cloud.STAGING.name: cloud.STAGING, cloud.PROD.name: cloud.PROD}
)


def up(state: State, name: str = LOCAL) -> None:
    """Boot the sandbox, bring both stacks of an environment up, and ask the served model.

    Every step finds out for itself what is already there, so this repairs as well as it begins. What is served is the
    user's choice: the serving stack's configuration is theirs from the first time on.

    Args:
        state: where everything is kept.
        name: of the environment.

    Raises:
        SandboxError, NoAnswer: a step failed; what was done until then stays, and another `up` goes on.
    """
    environment = ENVIRONMENTS[name]
    access, trained, platform = ground(state, name)
    store = platform.outputs()["modelStore"]
    digests = {path.name: publish(path, path.name, store, platform.signed_in()) for path in sorted(trained.iterdir())}
    serving = environment.serving(state, digests)
    serving.init()
    # The preview that this begins with fails for a model that the store doesn't have.
    serving.up()
    served = Served(
        outputs=serving.outputs(),
        kubeconfig=access.kubeconfig,
        config=serving.config,
        versions=digests,
        environment=name,
        entrance=environment.entrance,
    )
    report.show(served, console)


def ground(state: State, name: str = LOCAL) -> tuple[Access, Path, Stack]:
    """Boot the sandbox and bring an environment's platform up, in the place of any other's.

    Args:
        state: where everything is kept.
        name: of the environment.

    Returns:
        How the cluster is reached, the folder with a bundle for each version of the included model, and the platform.

    Raises:
        SandboxError: a step failed; what was done until then stays, and another call goes on.
    """
    environment = ENVIRONMENTS[name]
    engine.prepare(state)  # state that can't be gone on with is refused before anything is changed
    access = lifecycle.up(state)
    trained = bundles.trained(state)
    cluster.settle(state, access, _existing(state))
    platform = environment.platform(state, access)
    for other in ENVIRONMENTS:
        if other != name:
            _leave(state, other)
    environment.cached(state, access)
    platform.init()
    platform.up()
    return access, trained, platform


def destroy(state: State, name: str) -> None:
    """Destroy both stacks of an environment, and leave the sandbox.

    Raises:
        SandboxError: something of it is protected, and nothing was removed; or something could not be removed, and
            another `destroy` goes on.
    """
    engine.prepare(state)
    present = ENVIRONMENTS[name].existing(state)
    if kept := [urn for stack in present for urn in stack.protected()]:
        raise SandboxError(
            f"{name} is protected ({len(kept)} resources, such as {kept[0].rpartition('::')[2]}), and nothing was "
            "removed: bring its platform up with `protect: false` first, as docs/guides/aws.md tells, or take the "
            "whole sandbox down with `make down`"
        )
    for stack in present:
        stack.destroy()
        stack.remove()


def down(state: State) -> None:
    """Destroy the stacks, then the sandbox with its data. Built tools stay.

    What can't be destroyed in the embedded sandbox, because a part of it is broken, goes with it all the same.

    Raises:
        SandboxError: something could not be removed; another `down` goes on.
    """
    theirs = cluster.recorded(state)
    try:
        if present := _existing(state):
            engine.prepare(state)  # another checkout's plugins may be set up, and gone
        for stack in present:
            stack.destroy()
    except StackInUse:
        raise
    except EngineError as error:
        if theirs is not None and theirs.driver is not DriverName.EMBEDDED:
            raise
        console.print(Text(f"{error}\nIt goes with the sandbox.", style="yellow"))
    lifecycle.down(state)
    files.remove(state.pulumi)


def _existing(state: State) -> list[Stack]:
    """The stacks of all environments, in the order in which they have to go."""
    return [stack for environment in ENVIRONMENTS.values() for stack in environment.existing(state)]


def _leave(state: State, name: str) -> None:
    """Have an environment leave the cluster, if it is there."""
    try:
        left = [bool(stack.leave_cluster()) for stack in ENVIRONMENTS[name].existing(state)]
    except StackInUse:
        raise
    except EngineError as error:
        raise SandboxError(
            f"{name} has to leave the cluster first, and can't: {error}\nRun `make {name}-down`, or take the whole "
            "sandbox down with `make down`"
        ) from None
    if any(left):
        console.print(f"  {name} has left the cluster; its models and its account are as they were")


def publish(bundle: Path, version: str, store: Mapping[str, Any], signed_in: Mapping[str, str] | None = None) -> str:
    """Publish a bundle with the release tool, and return the manifest's digest.

    Args:
        bundle: folder with the model, its card and its data.
        version: for instance `1.0.0`.
        store: the platform's output `modelStore`.
        signed_in: the variables of whoever does it, where that is not the sandbox's own AWS user.

    Raises:
        SandboxError: the release tool refused it, with its reason.
    """
    command = [sys.executable, "-m", "slipway", "model", "publish", str(bundle), "--version", version]
    with step(f"publish {bundles.NAME} {version}", 20):
        done = subprocess.run(
            [*command, "--store", store["url"], "--json"],
            env={**os.environ, **(signed_in or {}), **store["environment"], "AWS_REGION": store["region"]},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SandboxError(f"{bundles.NAME} {version} could not be published: {done.stderr.strip()}")
    return json.loads(done.stdout)["digest"]
