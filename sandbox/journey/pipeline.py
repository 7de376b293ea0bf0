"""From a model to production on this machine, by the very steps of the workflows: what `make pipeline` does.

Staging and production are `local-staging` and `local-prod`, two serving stacks on the local platform, each in a
namespace of its own: both have to be there at once, and the stacks `staging` and `prod` take turns here. What tells
them from stacks elsewhere is all in `Stage`: a stack's name, its file, and the variables that its commands need.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sandbox import files, shell
from sandbox.driver import Access
from sandbox.errors import SandboxError
from sandbox.journey import bundles, journey, questions, signing, stacks
from sandbox.journey.configuration import CHECKOUT
from sandbox.journey.stacks import STAGES
from sandbox.progress import console
from sandbox.state import State

SLIPWAY: Final = (sys.executable, "-m", "slipway")


@dataclass(frozen=True)
class Stage:
    """An environment that a model goes through.

    Attributes:
        stack: name of its serving stack.
        config: the stack's configuration.
        variables: that its commands need, beside those of all.
        registry: what its images' names begin with, where its platform says otherwise.
    """

    stack: str
    config: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    registry: str = ""

    @property
    def options(self) -> list[str]:
        """By which the commands know it."""
        return ["-s", self.stack, f"--config-file={self.config}"]


@dataclass(frozen=True)
class Step:
    """A step: its name, its command, and the variables that it needs beside those of all."""

    name: str
    command: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Taken:
    """A step that was taken, and for how long, in seconds."""

    step: Step
    code: int
    seconds: float

    def __str__(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{self.step.name:<28} {'FAILED' if self.code else 'passed'} in {minutes:2d} min {seconds:02d} s"


@dataclass(frozen=True)
class Ground:
    """What the steps are taken on.

    Attributes:
        staging: the first environment.
        prod: the one that gets what the first has proven.
        folder: for what the steps hand on.
        bundles: of the included model's versions, the oldest first.
        variables: the whole environment of all steps.
    """

    staging: Stage
    prod: Stage
    folder: Path
    bundles: Sequence[Path]
    variables: Mapping[str, str]

    def models(self, bundle: Path) -> Path:
        """A folder of models, as a repository has one, with this bundle."""
        models = self.folder / "models" / bundle.name
        files.remove(models)
        models.mkdir(parents=True)
        shutil.copytree(bundle, models / bundles.NAME)
        return models


def run(state: State) -> None:
    """Bring the included model's newest version through all steps; on an empty sandbox the first version before it.

    May be called again after anything: what is done already is found so.

    Raises:
        SandboxError: a step failed, and nothing behind it ran.
    """
    ground = prepared(state)
    staging, prod, folder = ground.staging, ground.prod, ground.folder
    first, *_, last = ground.bundles
    steps = [*code()]
    if not _serves(state):
        steps += through(staging, prod, ground.models(first), folder, f"{first.name}: ")
    newest = ground.models(last)
    steps += [
        *before(staging, prod, newest, folder),
        *through(staging, prod, newest, folder, ""),
        *after(staging, prod),
    ]
    take(steps, ground.variables)


def prepared(state: State) -> Ground:
    """Have the sandbox and its platform up, and the stages' stacks there, whatever they serve.

    Raises:
        SandboxError: something of it can't be had; another call goes on.
    """
    access, trained, _ = journey.ground(state)
    key = signing.key(state)
    staging, prod = (_stage(state, access, name, key) for name in STAGES)
    versions = sorted(trained.iterdir(), key=lambda path: tuple(map(int, path.name.split("."))))
    return Ground(staging, prod, state.pulumi / "pipeline", versions, _variables(state, access, key))


def code() -> list[Step]:
    """What is asked of the code alone."""
    return [Step(target, ["make", "--no-print-directory", target]) for target in ("check", "unit")]


def before(staging: Stage, prod: Stage, models: Path, folder: Path) -> list[Step]:
    """What a pull request is shown."""
    plans = [folder / "plans" / f"{stage.stack}.json" for stage in (staging, prod)]
    previews = [
        Step(f"preview {stage.stack}", [*SLIPWAY, "preview", *stage.options, f"--out={plan}"], stage.variables)
        for stage, plan in zip((staging, prod), plans, strict=True)
    ]
    return [
        Step("validate alone", [*SLIPWAY, "pipeline", "validate", "--alone", f"--models={models}"]),
        *previews,
        Step("comment", [*SLIPWAY, "pipeline", "comment", *map(str, plans)]),
    ]


def through(staging: Stage, prod: Stage, models: Path, folder: Path, title: str) -> list[Step]:
    """A release, from the model's folder to production."""
    published = folder / "published.json"

    def step(name: str, stage: Stage, *options: str) -> Step:
        command = [*SLIPWAY, "pipeline", name, *stage.options, *options]
        return Step(f"{title}{name} {stage.stack}", command, stage.variables)

    proven = [f"--from={staging.stack}", f"--from-config-file={staging.config}"]
    registry = [f"--registry={prod.registry}"] if prod.registry else []
    return [
        step("check", staging),
        step("validate", staging, f"--models={models}"),
        step("publish", staging, f"--models={models}", f"--out={published}"),
        step("release", staging, f"--published={published}"),
        step("smoke", staging),
        step("attest", staging, f"--out={folder / 'supply'}"),
        step("check", prod),
        step("release", prod, *proven, *registry),
        step("smoke", prod),
    ]


def after(staging: Stage, prod: Stage) -> list[Step]:
    """What each night asks."""
    return [
        Step(f"drift {stage.stack}", [*SLIPWAY, "preview", "--drift", *stage.options], stage.variables)
        for stage in (staging, prod)
    ]


def take(
    steps: Sequence[Step],
    variables: Mapping[str, str],
    call: Callable[[Sequence[str], Mapping[str, str]], int] | None = None,
) -> list[Taken]:
    """Take steps, one after the other, until one fails; tell how long each took.

    Args:
        steps: in their order.
        variables: the whole environment of all.
        call: runs a command and returns its exit code.

    Raises:
        SandboxError: one failed.
    """
    taken: list[Taken] = []
    try:
        for step in steps:
            console.print(f"\n[bold]── {step.name}[/bold]")
            begun = time.monotonic()
            code = (call or _call)(step.command, {**variables, **step.variables})
            taken.append(Taken(step, code, time.monotonic() - begun))
            if code:
                left = len(steps) - len(taken)
                raise SandboxError(
                    f"{step.name} ended with {code}, and says why above; the {left} steps behind it didn't run"
                )
    finally:
        console.print()
        for one in taken:
            console.print(str(one), markup=False)
    return taken


def _call(command: Sequence[str], variables: Mapping[str, str]) -> int:
    return subprocess.run(command, cwd=CHECKOUT, env=dict(variables), stdin=subprocess.DEVNULL, check=False).returncode


def _stage(state: State, access: Access, name: str, key: signing.Key) -> Stage:
    stack = stacks.stage(state, name, key.public)
    stack.init(select=False)
    namespace = stacks.namespace(name)
    token = questions.token(access.kubeconfig, namespace)
    # Another repository of the same registry: what goes there is copied, as to any other.
    registry = f"{access.registry}/{namespace}" if name != STAGES[0] else ""
    return Stage(name, stack.config, {"SYNTHETIC_TOKEN": token}, registry)


def _serves(state: State) -> bool:
    """Whether production serves anything yet."""
    return bool(stacks.stage(state, STAGES[-1], signing.key(state).public).outputs().get("models"))


def _variables(state: State, access: Access, key: signing.Key) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "SLIPWAY_"))}
    ours = shell.variables(state, access)
    # Each step names its stack's file.
    ours.pop("PULUMI_OPTION_CONFIG_FILE", None)
    webhook = {name: os.environ[name] for name in ("SLIPWAY_WEBHOOK",) if name in os.environ}
    return {
        **inherited,
        **ours,
        **webhook,
        "PATH": shell.search_path(state),
        "SLIPWAY_SIGNING_KEY": key.private,
        "SLIPWAY_PUBLIC_KEY": key.public,
    }
