"""The way from nothing to predictions, and back: what `make up` and `make down` do."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from sandbox import files, lifecycle
from sandbox import pulumi as engine
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import bundles, cluster, report, stacks
from sandbox.progress import console, step
from sandbox.pulumi import EngineError, StackInUse
from sandbox.state import State


def up(state: State) -> None:
    """Boot the sandbox, bring both stacks up, and ask the served model.

    Every step finds out for itself what is already there, so this repairs as well as it begins. What is served is the
    user's choice: the serving stack's configuration is theirs from the first time on.

    Raises:
        SandboxError, NoAnswer: a step failed; what was done until then stays, and another `up` goes on.
    """
    access, trained, outputs = ground(state)
    store = outputs["modelStore"]
    digests = {path.name: publish(path, path.name, store) for path in sorted(trained.iterdir())}
    serving = stacks.serving(state, digests)
    serving.init()
    # The preview that this begins with fails for a model that the store doesn't have.
    serving.up()
    report.show(serving.outputs(), access.kubeconfig, serving.config, digests, console)


def ground(state: State) -> tuple[Access, Path, Mapping[str, Any]]:
    """Boot the sandbox and bring the platform up.

    Returns:
        How the cluster is reached, the folder with a bundle for each version of the included model, and the platform's
        outputs.

    Raises:
        SandboxError: a step failed; what was done until then stays, and another call goes on.
    """
    engine.prepare(state)  # state that can't be gone on with is refused before anything is changed
    access = lifecycle.up(state)
    trained = bundles.trained(state)
    cluster.settle(state, access, stacks.existing(state))
    platform = stacks.platform(state, access)
    platform.init()
    platform.up()
    return access, trained, platform.outputs()


def down(state: State) -> None:
    """Destroy the stacks, then the sandbox with its data. Built tools stay.

    What can't be destroyed in the embedded sandbox, because a part of it is broken, goes with it all the same.

    Raises:
        SandboxError: something could not be removed; another `down` goes on.
    """
    theirs = cluster.recorded(state)
    try:
        if present := stacks.existing(state):
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


def publish(bundle: Path, version: str, store: Mapping[str, Any]) -> str:
    """Publish a bundle with the release tool, and return the manifest's digest.

    Args:
        bundle: folder with the model, its card and its data.
        version: for instance `1.0.0`.
        store: the platform's output `modelStore`.

    Raises:
        SandboxError: the release tool refused it, with its reason.
    """
    command = [sys.executable, "-m", "slipway", "model", "publish", str(bundle), "--version", version]
    with step(f"publish {bundles.NAME} {version}", 20):
        done = subprocess.run(
            [*command, "--store", store["url"], "--json"],
            env={**os.environ, **store["environment"], "AWS_REGION": store["region"]},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SandboxError(f"{bundles.NAME} {version} could not be published: {done.stderr.strip()}")
    return json.loads(done.stdout)["digest"]
