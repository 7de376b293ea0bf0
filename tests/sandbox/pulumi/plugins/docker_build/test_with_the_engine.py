"""A program with the official SDK, driven by the real CLI."""

import subprocess
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.pulumi import EngineError, Kind, Operation, Stack
from sandbox.pulumi.cli import Cli
from sandbox.pulumi.plugins.docker_build import registry as api
from sandbox.pulumi.plugins.docker_build.reference import Reference
from sandbox.state import State

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]
PROGRAM = """
    import pulumi
    import pulumi_docker_build as docker_build

    config = pulumi.Config()
    image = docker_build.Image(
        "service",
        push=True,
        build_on_preview=False,
        context={"location": config.require("context")},
        dockerfile={"location": config.require("context") + "/Dockerfile"},
        build_args={"COLOUR": config.get("colour") or "none"},
        platforms=[docker_build.Platform.LINUX_AMD64],
        tags=[config.require("tag")],
    )
    pulumi.export("ref", image.ref)
"""


def told(operations: Iterable[Operation]) -> set[tuple[Kind, str]]:
    return {(one.kind, one.name) for one in operations if not one.type.startswith("pulumi:")}


@pytest.fixture
def context(folder: Path) -> Path:
    """The build context, inside of the project and named relative to it."""
    inside = folder / "project" / "image"
    inside.mkdir(parents=True, exist_ok=True)
    for name in ("Dockerfile", "hello"):
        (folder / name).rename(inside / name)
    return inside


@pytest.fixture
def live(context: Path, stack: Callable[..., Stack], repository: str) -> Callable[..., Stack]:
    """Writes the program for this test's repository."""
    return partial(stack, PROGRAM, context="image", tag=f"{repository}:local")


def test_an_image_lives_and_ends(live: Any, context: Path, repository: str) -> None:
    stack = live()
    tag = Reference.parse(f"{repository}:local")

    assert told(stack.preview()) == {(Kind.CREATE, "service")}
    assert api.digest(tag.repository, tag.tag) is None
    assert told(stack.up()) == {(Kind.CREATE, "service")}
    first = stack.outputs()["ref"]
    assert first == tag.pinned(str(api.digest(tag.repository, tag.tag)))

    stack.preview(expect_no_changes=True)
    assert told(stack.refresh()) == set()
    stack.preview(expect_no_changes=True)

    (context / "hello").write_text("changed")
    planned = stack.preview()
    assert told(planned) == {(Kind.UPDATE, "service")}
    assert {one.diff for one in planned if one.name == "service"} == {(("contextHash", "update"),)}
    assert stack.up() == planned
    assert stack.outputs()["ref"] != first

    api.delete(tag.repository, str(api.digest(tag.repository, tag.tag)))
    assert told(stack.refresh()) == {(Kind.DELETE, "service")}
    assert told(stack.up()) == {(Kind.CREATE, "service")}
    assert told(stack.destroy()) == {(Kind.DELETE, "service")}
    assert api.digest(tag.repository, tag.tag) is None


def test_the_failing_step_is_in_the_error(live: Any, context: Path) -> None:
    (context / "Dockerfile").write_text("FROM scratch\nCOPY nothing-here /x\n")
    with pytest.raises(EngineError, match="STEP 2/2: COPY nothing-here /x"):
        live().up()


def test_a_killed_engine_takes_the_build_along(
    live: Any, context: Path, engine: State, gone: Callable[[str], bool], slow_file: Any
) -> None:
    stack = live()
    url, asked = slow_file
    (context / "Dockerfile").write_text(f"FROM scratch\nCOPY hello /hello\nADD {url} /slow\n")
    cli = Cli(engine, stack.project)
    command = cli.command("up", "--yes", "--skip-preview", "--stack=test", f"--config-file={stack.config}")
    process = subprocess.Popen(command, env=cli.variables(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert asked.wait(120)

    process.kill()
    process.wait()

    assert gone(str(engine.images / "builds"))
    (context / "Dockerfile").write_text("FROM scratch\nCOPY hello /hello\n")
    assert told(stack.up()) == {(Kind.CREATE, "service")}
