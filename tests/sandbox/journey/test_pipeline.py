"""The steps of `make pipeline`, without what they do."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from infra.serving.config import ServingConfig
from sandbox import shell
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.journey import bundles, configuration, journey, pipeline, questions, signing, stacks
from sandbox.journey.pipeline import Stage, Step, after, before, code, take, through
from sandbox.pulumi.stack import Stack
from sandbox.state import State
from sandbox.toolchain import images
from tests.github import cli
from tests.github.workflows import commands, workflow
from tests.infra.stacks import DIGEST, load
from tests.modelstore.keys import SIGNER

STAGING = Stage("local-staging", Path("/x/serving.local-staging.yaml"), {"SYNTHETIC_TOKEN": "s"})
PROD = Stage("local-prod", Path("/x/serving.local-prod.yaml"), {"SYNTHETIC_TOKEN": "p"}, "127.0.0.1:5050/prod")
ALL = [
    *code(),
    *before(STAGING, PROD, Path("/models"), Path("/x")),
    *through(STAGING, PROD, Path("/models"), Path("/x"), ""),
    *after(STAGING, PROD),
]


def words(step: Step) -> list[str]:
    """A step's call, as the shell of a workflow would have it."""
    found = list(step.command)
    if found[:3] == list(pipeline.SLIPWAY):
        found = ["slipway", *found[3:]]
    return [part for word in found for part in (word.split("=", 1) if word.startswith("--") else [word])]


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.name)
def test_each_step_is_a_command_that_is_there(step: Step) -> None:
    cli.check([one for one in words(step) if one != "--no-print-directory"])


def test_the_steps_are_those_of_the_workflows() -> None:
    ours = [" ".join(words(step)[:3]) for step in through(STAGING, PROD, Path("/m"), Path("/x"), "")]
    theirs = [
        " ".join(found[:3])
        for name in ("staging", "production")
        for step in workflow("release")["jobs"][name]["steps"]
        for found in commands(step.get("run", ""))
        if found[0] == "slipway"
    ]
    assert ours == theirs
    [check, unit] = [step.command[-1] for step in code()]
    tested = [found for step in workflow("release")["jobs"]["test"]["steps"] for found in commands(step.get("run", ""))]
    assert tested[:2] == [["make", check], ["make", unit]]
    shown = {" ".join(words(step)[:2]) for step in before(STAGING, PROD, Path("/m"), Path("/x"))}
    asked = {
        " ".join(found[:2])
        for job in workflow("pull-request")["jobs"].values()
        for step in job["steps"]
        for found in commands(step.get("run", ""))
        if found[0] == "slipway"
    }
    assert shown == asked
    [nightly] = {" ".join(words(step)[:3]) for step in after(STAGING, PROD)}
    assert nightly == "slipway preview --drift"
    assert any(nightly in step.get("run", "") for step in workflow("drift")["jobs"]["look"]["steps"])


def test_production_gets_what_staging_has_proven() -> None:
    [release] = [step for step in ALL if step.name == "release local-prod"]
    assert shlex.join(release.command).endswith(
        "pipeline release -s local-prod --config-file=/x/serving.local-prod.yaml --from=local-staging "
        "--from-config-file=/x/serving.local-staging.yaml --registry=127.0.0.1:5050/prod"
    )
    assert release.variables == {"SYNTHETIC_TOKEN": "p"}


@pytest.mark.parametrize("at", range(len(ALL)), ids=[step.name for step in ALL])
def test_a_step_that_fails_ends_it_and_nothing_behind_it_runs(at: int, capsys: pytest.CaptureFixture[str]) -> None:
    called: list[Sequence[str]] = []

    def call(command: Sequence[str], variables: Mapping[str, str]) -> int:
        called.append(command)
        return 3 if len(called) == at + 1 else 0

    why = f"{ALL[at].name} ended with 3, and says why above; the {len(ALL) - at - 1} steps behind it didn't run"
    with pytest.raises(SandboxError, match=why):
        take(ALL, {}, call)
    assert called == [step.command for step in ALL[: at + 1]]
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith(f"{ALL[at].name:<28} FAILED in  0 min 00 s")
    assert sum(" passed in " in line for line in lines) == at


def test_every_step_is_told_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    taken = take(ALL, {"A": "1"}, lambda command, variables: int(variables["A"] != "1"))
    assert [one.step for one in taken] == ALL
    assert "check                        passed in  0 min 00 s" in capsys.readouterr().err


def test_a_command_is_run_in_the_checkout_with_its_variables(tmp_path: Path) -> None:
    step = Step("x", ["sh", "-c", f'pwd >"{tmp_path}/said"; echo "$A $B" >>"{tmp_path}/said"'], {"B": "2"})
    take([step], {"A": "1", "PATH": os.environ["PATH"]})
    assert (tmp_path / "said").read_text() == f"{configuration.CHECKOUT}\n1 2\n"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    base = f"docker.io/library/python:3.11@{DIGEST}"
    monkeypatch.setattr(images, "references", Mock(return_value={"python": base}))
    return State(tmp_path / "state")


def config(state: State, name: str) -> ServingConfig:
    stack = stacks.stage(state, name, SIGNER.public.pem)
    return load(ServingConfig, "slipway", yaml.safe_load(stack.config.read_text())["config"])


def test_staging_builds_and_production_takes_what_is_signed(state: State) -> None:
    staging, prod = config(state, "local-staging"), config(state, "local-prod")
    assert (staging.namespace, prod.namespace) == ("staging", "prod")
    assert staging.image.build is not None
    assert (prod.image.build, prod.signatures.images, prod.signatures.models) == (None, *[SIGNER.public.pem] * 2)
    assert staging.signatures.images is None
    assert [one.models[bundles.NAME].route for one in (staging, prod)] == [
        "/staging/maintenance-predictor",
        "/prod/maintenance-predictor",
    ]


def test_what_was_released_there_stays(state: State) -> None:
    stack = stacks.stage(state, "local-prod", SIGNER.public.pem)
    model = f"slipway:models.{bundles.NAME}"
    values = {f"{model}.version": "1.1.0", f"{model}.manifest": DIGEST, f"{model}.image": f"x/y@{DIGEST}"}
    values["slipway:image.digest"] = f"x/z@{DIGEST}"
    stack.config.write_text(yaml.safe_dump(configuration.filled(yaml.safe_load(stack.config.read_text()), values)))
    assert config(state, "local-prod").image.digest == f"x/z@{DIGEST}"
    said = config(state, "local-prod").models[bundles.NAME]
    assert (said.version, said.manifest, said.image) == ("1.1.0", DIGEST, f"x/y@{DIGEST}")


@pytest.fixture
def world(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Everything that is around the steps."""
    world = Mock()
    access = Access(
        driver=DriverName.EMBEDDED, kubeconfig=Path("/k"), identifier="u", registry="r:1", store="http://s", gateway="g"
    )
    for version in ("1.10.0", "1.9.0"):
        (tmp_path / "trained" / version).mkdir(parents=True)
        (tmp_path / "trained" / version / "card.yaml").write_text(version)
    monkeypatch.setattr(journey, "ground", Mock(return_value=(access, tmp_path / "trained", {})))
    monkeypatch.setattr(questions, "token", Mock(return_value="t0ken"))
    monkeypatch.setattr(Stack, "init", world.init)
    monkeypatch.setattr(Stack, "outputs", world.outputs)
    monkeypatch.setattr(shell, "variables", Mock(return_value={"PULUMI_OPTION_CONFIG_FILE": "x", "KUBECONFIG": "/k"}))
    monkeypatch.setattr(pipeline, "take", world.take)
    world.outputs.return_value = {}
    return world


def taken(world: Mock) -> tuple[list[Step], dict[str, str]]:
    [call] = world.take.call_args_list
    return call.args


def test_on_an_empty_sandbox_the_first_version_goes_before(world: Mock, state: State) -> None:
    pipeline.run(state)
    names = [step.name for step in taken(world)[0]]
    assert names[:4] == ["check", "unit", "1.9.0: check local-staging", "1.9.0: validate local-staging"]
    order = [names.index(one) for one in ("1.9.0: smoke local-prod", "preview local-staging", "release local-staging")]
    assert order == sorted(order)
    assert (state.pulumi / "pipeline/models/1.9.0" / bundles.NAME / "card.yaml").read_text() == "1.9.0"
    world.init.assert_called_with(select=False)


def test_later_only_the_newest_goes(world: Mock, state: State) -> None:
    world.outputs.return_value = {"models": {"maintenance_predictor": {}}}
    pipeline.run(state)
    steps: Any = taken(world)[0]
    assert not [step for step in steps if step.name.startswith("1.")]
    [publish] = [step for step in steps if step.name == "publish local-staging"]
    assert f"--models={state.pulumi}/pipeline/models/1.10.0" in publish.command


def test_the_steps_know_the_sandbox_and_nothing_of_the_shell_s_pulumi(
    world: Mock, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_STACK", "theirs")
    monkeypatch.setenv("SLIPWAY_WEBHOOK", "https://hooks.example/x")
    pipeline.run(state)
    variables = taken(world)[1]
    key = signing.key(state)
    assert (variables["KUBECONFIG"], variables["SLIPWAY_SIGNING_KEY"]) == ("/k", key.private)
    assert variables["SLIPWAY_WEBHOOK"] == "https://hooks.example/x"
    assert not {"PULUMI_STACK", "PULUMI_OPTION_CONFIG_FILE"} & set(variables)
    assert all(step.variables == {"SYNTHETIC_TOKEN": "t0ken"} for step in taken(world)[0] if "prod" in step.name)


def test_what_the_pipeline_made_is_taken_down_first(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "exists", property(lambda self: True))  # pyright: ignore[reportUnknownLambdaType]
    assert [stack.name for stack in stacks.existing(state)] == ["local-prod", "local-staging", "local", "local"]
    assert [stack.name for stack in stacks.own(state)] == ["local", "local"]
