"""`make pipeline` from nothing of its stacks, stopped at each gate, and killed in the middle of each step: `make soak`.

The figures land in docs/figures/pipeline.json.
"""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from imagestore.reference import Reference
from imagestore.repository import Repository
from modelstore.history import Entry
from sandbox.errors import SandboxError
from sandbox.journey import pipeline, stacks
from sandbox.journey.configuration import CHECKOUT, filled
from sandbox.journey.pipeline import SLIPWAY, Ground, Stage, Step, Taken, through
from slipway.pipeline.checkout import Checkout
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAME, read
from tests.e2e.stored import bucket_of, forget, keys, remembered, stored
from tests.e2e.test_release import at_ten_percent
from tests.e2e.written import written
from tests.figures import recorded
from tests.modelstore.keys import SIGNER

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SEED: Final = 20261129
RATE: Final = 10.0  # requests per second, of production
PATIENCE: Final = 300.0
"""Seconds for a release that nobody waits for any more; only a hang takes as long."""

TOOK: Final = re.compile(r"^(\S.*?) +passed in +(\d+) min (\d+) s$", re.MULTILINE)
PACK: Final = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

closed = ResourceValidationPolicy("closed", "Nothing is released today.", lambda args, report: report("closed today"))
PolicyPack("closed", [closed], EnforcementLevel.MANDATORY)
"""


@dataclass(frozen=True)
class World:
    """Both stages as `make pipeline` has left them, and a clone of this repository that goes on from there.

    Attributes:
        local: what `make up` has made.
        ground: of the pipeline.
        clone: where its commands are run.
        said: what the last one said.
    """

    local: Local
    ground: Ground
    clone: Path
    said: list[str] = field(default_factory=list[str])

    def take(self, steps: Sequence[Step], variables: Mapping[str, str] | None = None) -> list[Taken]:
        """Take steps in the clone; raises SandboxError as the pipeline does."""
        return pipeline.take(steps, {**self.ground.variables, **(variables or {})}, self._call)

    def steps(self, version: str) -> list[Step]:
        """All steps of a release of a version."""
        bundle = next(one for one in self.ground.bundles if one.name == version)
        ground = self.ground
        return through(ground.staging, ground.prod, ground.models(bundle), ground.folder, "")

    def served(self, stage: Stage) -> str:
        """The version that a stage's route answers with."""
        return read(f"{self.url(stage)}/version")["model_version"]

    def url(self, stage: Stage) -> str:
        """Where a stage's model answers."""
        return f"{self.local.platform['gateway']['url']}/{stacks.namespace(stage.stack)}/{NAME}"

    def ledger(self, stage: Stage) -> Sequence[Entry]:
        """What a stage's ledger says of the model."""
        return remembered(self.local.platform["modelStore"], stacks.namespace(stage.stack), MODEL).entries

    def phase(self, cluster: Cluster, stage: Stage) -> str | None:
        """What Argo Rollouts says of a stage's model."""
        return cluster.rollout(stacks.namespace(stage.stack), NAME)["status"].get("phase")

    def standing(self) -> Any:
        """All that a gate which stays shut leaves as it is."""
        stages = (self.ground.staging, self.ground.prod)
        return (
            [(stage.config.read_bytes(), self.served(stage), len(self.ledger(stage))) for stage in stages],
            sorted(keys(bucket_of(self.local.platform["modelStore"]))),
        )

    def killed(self, step: Step, when: Callable[[], object]) -> bool:
        """Begin a step and end its runner, with all that it has started, once `when` comes back; whether it was due."""
        variables = {**self.ground.variables, **step.variables}
        with subprocess.Popen(
            step.command, cwd=self.clone, env=variables, stdin=subprocess.DEVNULL, start_new_session=True
        ) as runner:
            when()
            at_work = runner.poll() is None
            if at_work:
                os.killpg(runner.pid, signal.SIGKILL)
        return at_work

    def _call(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said[:] = [f"{done.stdout}{done.stderr}"]
        print(self.said[0])
        return done.returncode


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "pipeline", SEED, ("steps (s)", "gates", "killed")) as found:
        yield found


@pytest.fixture(scope="module")
def world(local: Local, figures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> World:
    """Of `make pipeline`, as it is typed, where there is nothing of its stacks."""
    for stack in stacks.staged(local.state):
        stack.destroy()
        stack.remove()
    for stage in pipeline.STAGES:
        forget(local.platform["modelStore"], stacks.namespace(stage), MODEL)
    made = subprocess.run(
        ["make", "pipeline"], cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    print(made.stdout, made.stderr)
    assert made.returncode == 0
    figures["steps (s)"] = {step: 60 * int(minutes) + int(rest) for step, minutes, rest in TOOK.findall(made.stderr)}
    clone = tmp_path_factory.mktemp("pipeline") / "clone"
    Checkout(CHECKOUT).run("clone", "--quiet", str(CHECKOUT), str(clone))
    (clone / ".venv").symlink_to(CHECKOUT / ".venv")
    return World(local, pipeline.prepared(local.state), clone)


def test_from_nothing_all_steps_are_green(world: World, figures: dict[str, Any]) -> None:
    newest = world.ground.bundles[-1].name
    assert {world.served(stage) for stage in (world.ground.staging, world.ground.prod)} == {newest}
    assert len(figures["steps (s)"]) == len(pipeline.code()) + len(world.steps(newest)) * 2 + 6
    assert world.take(world.steps(newest))
    assert_copied(world)


def said(stage: Stage, values: Mapping[str, Any]) -> AbstractContextManager[None]:
    """A stage's file that says these values."""
    return written(stage.config, yaml.safe_dump(filled(yaml.safe_load(stage.config.read_text()), values)))


@pytest.mark.parametrize("gate", ["model", "policy", "clients", "signature"])
def test_a_gate_that_stays_shut_stops_it_with_its_reason(world: World, figures: dict[str, Any], gate: str) -> None:
    staging, prod = world.ground.staging, world.ground.prod
    version = world.served(staging)
    steps = world.steps(version)
    named = {step.name: number for number, step in enumerate(steps)}
    card = world.ground.folder / "models" / version / MODEL / "card.yaml"
    pack = world.clone / "closed"
    pack.mkdir(exist_ok=True)
    (pack / "PulumiPolicy.yaml").write_text((CHECKOUT / "policies" / "PulumiPolicy.yaml").read_text())
    (pack / "__main__.py").write_text(PACK)
    closed = {"PULUMI_OPTION_POLICY_PACK": str(pack)}
    _, other = turn(world, staging)
    manifest = stored(world.local.platform["modelStore"], MODEL, other).digest
    unserved = {f"slipway:models.{MODEL}.version": other, f"slipway:models.{MODEL}.manifest": manifest}
    key = {"slipway:signatures.images": SIGNER.public.pem}
    strict = card.read_text().replace("at_least: 0.93", "at_least: 0.9999")
    asked, change, variables, reason = {
        "model": ("validate local-staging", written(card, strict), {}, "roc_auc"),
        "policy": ("release local-staging", nullcontext(), closed, "closed today"),
        "clients": ("smoke local-staging", said(staging, unserved), {}, f"not '{other}'"),
        "signature": ("release local-prod", said(prod, key), {}, "not signed with this key"),
    }[gate]
    before = world.standing()
    with change:
        # From the first step on, but for one that is about what is served, which a release would put right.
        first = named[asked] if gate == "clients" else 0
        left = len(steps) - named[asked] - 1
        with pytest.raises(SandboxError, match=rf"^{asked} ended with 1, .*; the {left} steps behind it didn't run"):
            world.take(steps[first:], variables)
    assert reason in world.said[0]
    assert world.standing() == before
    figures.setdefault("gates", {})[gate] = asked


def test_what_was_aborted_goes_no_further_until_it_is_reverted(
    world: World, cluster: Cluster, tampered: str, figures: dict[str, Any]
) -> None:
    staging, prod = world.ground.staging, world.ground.prod
    version = world.served(staging)
    steps = world.steps(version)
    gates = figures.setdefault("gates", {})
    (world.clone / "models").mkdir(exist_ok=True)
    (world.clone / "models" / "README.md").write_text("A model that goes wrong.\n")
    code = Checkout(world.clone)
    code.run("add", "models")
    code.run("commit", "--quiet", "--message=a model that goes wrong")
    published = world.ground.folder / "published.json"
    published.write_text(f'{{"models": {{"{MODEL}": {{"version": "1.1.1", "manifest": "{tampered}"}}}}}}')
    release = next(number for number, step in enumerate(steps) if step.name == "release local-staging")
    before = len(world.ledger(prod))

    with pytest.raises(SandboxError, match=r"^release local-staging ended with 3, "):
        world.take(steps[release:])
    assert "saved_model.pb" in world.said[0]
    assert world.served(staging) == version
    gates["canary"] = steps[release].name

    to = [f"--to={prod.stack}", f"--to-config-file={prod.config}", "--model=1.1.1"]
    with pytest.raises(SandboxError, match=r"^copy ended with 1, "):
        world.take([Step("copy", [*SLIPWAY, "copy", MODEL, *staging.options, *to]), *steps[-2:]])
    assert f"doesn't call {MODEL} 1.1.1 healthy: it was aborted" in world.said[0]
    gates["staging's ledger"] = "copy"

    with pytest.raises(SandboxError, match=r"^check local-staging ended with 1, "):
        world.take(steps)
    assert "what led to it is still here" in world.said[0]
    gates["revert"] = steps[0].name
    assert len(world.ledger(prod)) == before
    world.take([Step("revert", [*SLIPWAY, "pipeline", "revert", *staging.options])])
    assert not (world.clone / "models" / "README.md").exists()
    world.take(steps)
    assert world.served(prod) == version


def test_nothing_is_released_into_the_midst_of_a_release(
    world: World, cluster: Cluster, figures: dict[str, Any]
) -> None:
    staging = world.ground.staging
    old, new = turn(world, staging)
    release = [*SLIPWAY, "release", MODEL, f"--model={new}", *staging.options]
    with subprocess.Popen(release, cwd=world.clone, env=dict(world.ground.variables)) as other:
        at_ten_percent(cluster, stacks.namespace(staging.stack))
        with pytest.raises(SandboxError, match=r"^release local-staging ended with 1, "):
            world.take(world.steps(old))
        assert f"{new} (release " in world.said[0]
        assert "is being released" in world.said[0]
        assert other.wait() == 0
    figures.setdefault("gates", {})["a release under way"] = "release local-staging"


def test_after_a_runner_is_killed_in_any_step_the_next_one_gets_there(
    world: World, cluster: Cluster, figures: dict[str, Any]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    staging, prod = world.ground.staging, world.ground.prod
    usual = {one.step.name: one.seconds for one in world.take(world.steps(world.served(staging)))}
    old, new = turn(world, prod)
    steps, namespace = world.steps(new), stacks.namespace(prod.stack)
    killed: dict[str, str] = {}
    with Load(f"{world.url(prod)}/predict", RATE) as load:
        for number, step in enumerate(steps):
            world.take(steps[:number])
            if step.name == f"release {prod.stack}":
                at_work, when = world.killed(step, lambda: at_ten_percent(cluster, namespace)), "at 10 %"
                assert at_work
            else:
                seconds = round(chance.uniform(0.2, 0.9) * usual[step.name], 1)
                at_work, when = world.killed(step, lambda seconds=seconds: time.sleep(seconds)), f"after {seconds} s"
            if at_work:
                killed[step.name] = when
            for stage in (staging, prod):  # whatever it has begun goes on in the cluster
                eventually(lambda stage=stage: world.phase(cluster, stage), lambda phase: phase == "Healthy", PATIENCE)
        world.take(steps)
    assert len(killed) > len(steps) / 2  # a step may have ended a moment before
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {old, new}
    assert [world.served(stage) for stage in (staging, prod)] == [new, new]
    assert [one.event for one in world.ledger(prod)][-2:] == ["released", "promoted"]
    assert_copied(world)
    figures["killed"] = {"steps": killed, "requests": load.tally.sent, "lost": load.tally.lost.total()}


def turn(world: World, stage: Stage) -> tuple[str, str]:
    """The version that a stage serves, and the other one."""
    old = world.served(stage)
    (new,) = {one.name for one in world.ground.bundles} - {old}
    return old, new


def assert_copied(world: World) -> None:
    """Production has, byte for byte, what staging has."""
    model_store = world.local.platform["modelStore"]
    images = [world.ledger(stage)[-1].image for stage in (world.ground.staging, world.ground.prod)]
    proven, copied = (Reference.parse(image) for image in images)
    assert proven.repository != copied.repository
    assert proven.digest == copied.digest
    repositories = [Repository(one.registry, one.repository) for one in (proven, copied)]
    first, second = (repository.manifest(proven.digest) for repository in repositories)
    assert first.content == second.content
    for blob in first.blobs:
        assert repositories[1].has(blob)
    manifests = {world.ledger(stage)[-1].manifest for stage in (world.ground.staging, world.ground.prod)}
    assert manifests == {stored(model_store, MODEL, world.served(world.ground.prod)).digest}
