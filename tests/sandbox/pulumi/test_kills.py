"""What is left after a killed engine, and how the next run deals with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from textwrap import dedent
from typing import TypeAlias

import pytest

from sandbox.pulumi import EngineError, Operation, Stack, recovery
from tests.sandbox.pulumi.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]

Run: TypeAlias = Callable[[], frozenset[Operation]]
Start: TypeAlias = Callable[[Run], Future[frozenset[Operation]]]
THREE = """
    first = Object("first", data="1")
    Object("second", data="2", metadata={"name": "fixed"}, opts=pulumi.ResourceOptions(depends_on=[first]))
    Object("third", data="3")
"""


@pytest.fixture
def start(project: Project) -> Iterator[Start]:
    """Starts a run beside the test. What a failed test still holds is let go."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit
        project.release()


def data(project: Project) -> list[object]:
    return sorted(project.objects.values(), key=str)


def kill_in(project: Project, start: Start, run: Run, moment: str, name: str, *, victim: str = "pulumi") -> None:
    """Kill the engine while `run` changes `name`, and wait until all that it had started is gone by itself.

    Args:
        project: whose run it is.
        start: the fixture.
        run: `up` or `destroy`.
        moment: `before` the object is made, changed or removed, or `after` that, but before the engine hears so.
        name: the object's name in the program.
        victim: what to kill, by a part of its command line, in the engine's place.
    """
    held = project.hold(moment, name)
    running = start(run)
    project.reached(moment, name)
    for process in [project.engine()] if victim == "pulumi" else project.processes(victim):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(EngineError, match="killed by signal 9" if victim == "pulumi" else name):
        running.result()
    project.wait_for(lambda: project.processes() == {})
    held.unlink()


def kill_repair(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin a repair, and end it where it is about to ask the provider."""

    def killed_here(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(Stack, "_refresh", killed_here)
        with pytest.raises(ZeroDivisionError):
            stack.repair()


def assert_settled(stack: Stack) -> None:
    assert "pending_operations" not in stack.export()
    assert stack.preview(expect_no_changes=True) == frozenset()


# Each kill is repaired by the run that is killed next: what one of them left behind would show at the end.
def test_an_update_that_is_killed_at_each_of_its_creates_makes_every_object_once(
    project: Project, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.program(THREE)
    stack = project.stack()

    kill_in(project, start, stack.up, "before", "first", victim="files_provider")
    kill_in(project, start, stack.up, "before", "first")
    kill_in(project, start, stack.up, "after", "first")
    kill_in(project, start, stack.up, "before", "second")
    kill_repair(stack, monkeypatch)
    kill_in(project, start, stack.up, "after", "second")
    stack.up()

    assert data(project) == ["1", "2", "3"]
    assert_settled(stack)


def test_a_destroy_that_is_killed_at_each_of_its_deletes_leaves_nothing(project: Project, start: Start) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, "before", "second")
    stack.destroy()
    assert project.objects == {}
    kill_in(project, start, stack.up, "after", "second")

    for name in ("second", "first"):
        for moment in ("before", "after"):
            kill_in(project, start, stack.destroy, moment, name)
    stack.destroy()

    assert project.objects == {}
    assert "resources" not in stack.export()


def test_a_destroy_goes_on_when_its_plugin_dies(project: Project, start: Start) -> None:
    project.program(THREE)
    stack = project.stack()
    stack.up()
    held = project.hold("before", "third")
    running = start(stack.destroy)
    project.reached("before", "third")

    for process in project.processes("files_provider"):
        os.kill(process, signal.SIGKILL)
    held.unlink()
    running.result()

    assert project.objects == {}
    assert "resources" not in stack.export()


@pytest.fixture
def three(project: Project, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack of three objects, whose next run looks often at what is going."""
    monkeypatch.setattr(recovery, "POLL", 0.01)
    project.program(THREE)
    stack = project.stack()
    stack.up()
    return stack


def test_what_was_told_to_go_when_the_plugin_died_is_waited_for_by_the_next_run(
    project: Project, start: Start, three: Stack
) -> None:
    project.program(THREE.replace('Object("third", data="3")', ""))
    kill_in(project, start, three.up, "before", "third", victim="files_provider")
    going = project.store / "hold" / "going-third"
    going.write_text("2")

    project.program(THREE)
    three.up()

    assert not going.exists()
    assert data(project) == ["1", "2", "3"]
    assert_settled(three)


def test_what_a_killed_destroy_has_told_to_go_is_waited_for_and_made_again(
    project: Project, start: Start, three: Stack
) -> None:
    kill_in(project, start, three.destroy, "before", "third")
    going = project.store / "hold" / "going-third"
    going.write_text("2")

    three.up()

    assert not going.exists()
    assert data(project) == ["1", "2", "3"]
    assert_settled(three)


def test_a_change_that_is_killed_at_each_of_its_steps_is_made_once(project: Project, start: Start) -> None:
    project.configure(data="old")
    project.program("""
        data = config.require("data")
        changed = Object("changed", data=data)
        Object("replaced", data=data, immutable=data, opts=pulumi.ResourceOptions(depends_on=[changed]))
    """)
    stack = project.stack()
    stack.up()
    project.configure(data="new")

    kill_in(project, start, stack.up, "before", "changed")
    kill_in(project, start, stack.up, "after", "changed")
    # The new one is made, and then the old one goes.
    for moment, replaced in (("before", "old"), ("after", "new old"), ("before", "new old"), ("after", "new")):
        kill_in(project, start, stack.up, moment, "replaced")
        assert data(project) == sorted(["new", *replaced.split()])
    stack.up()

    assert data(project) == ["new", "new"]
    assert_settled(stack)


def test_a_stack_whose_run_was_killed_can_be_forgotten(project: Project, start: Start) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, "before", "second")
    assert project.locks

    stack.forget()

    assert not project.locks
    assert not stack.exists


@pytest.mark.parametrize(
    "victims", [["pulumi preview"], ["pulumi preview", "sandbox.pulumi.plugins.language"]], ids=len
)
def test_nothing_outlives_an_engine_that_is_killed_while_a_program_and_a_policy_run(
    project: Project, start: Start, victims: list[str]
) -> None:
    project.write_policy("""
        from pulumi_policy import PolicyPack, ResourceValidationPolicy
        PolicyPack("tests", [ResourceValidationPolicy("allow-all", "Everything is allowed.", lambda *_: None)])
    """)
    project.program("import time\ntime.sleep(1000)")
    running = start(project.stack(policies=(project.policy,)).preview)
    project.wait_for(lambda: project.processes("program.py"))
    assert project.processes("pulumi.policy")

    for victim in victims:
        for process in project.processes(victim):
            with suppress(ProcessLookupError):  # it has seen by itself that the engine is gone
                os.kill(process, signal.SIGKILL)
    with pytest.raises(EngineError, match="killed by signal 9"):
        running.result()

    project.wait_for(lambda: project.processes() == {})


def test_a_second_run_at_the_same_time_is_refused_and_harms_nothing(project: Project, start: Start) -> None:
    project.program(THREE)
    stack = project.stack()
    held = project.hold("before", "first")
    running = start(stack.up)
    project.reached("before", "first")

    with pytest.raises(EngineError, match=f"being updated by .* process {project.engine()}"):
        stack.destroy()

    held.unlink()
    running.result()
    assert data(project) == ["1", "2", "3"]
    assert project.locks == []


def interrupted(project: Project, verb: str, object_: str) -> list[str]:
    """What `Stack.VERB` says that is interrupted while a change of an object is under way."""
    stack = project.stack()
    held = project.hold("before", object_)
    code = f"""
        from pathlib import Path
        from sandbox.pulumi import Stack
        from sandbox.state import State
        project, config, state = map(Path, {[str(stack.project), str(stack.config), str(stack.state.root)]!r})
        Stack(project, "test", config, State(state)).{verb}()
    """
    with subprocess.Popen([sys.executable, "-c", dedent(code)], stderr=subprocess.PIPE, text=True) as runner:
        assert runner.stderr is not None
        project.reached("before", object_)
        runner.send_signal(signal.SIGINT)
        while "stopping when what is under way is done" not in runner.stderr.readline():
            pass
        held.unlink()
        said = runner.stderr.read().splitlines()
    assert project.locks == []
    assert "pending_operations" not in stack.export()
    return said


def test_an_interrupt_lets_what_is_under_way_finish_and_the_next_run_goes_on(project: Project) -> None:
    project.program(THREE)

    said = interrupted(project, "up", "first")

    assert said[-1] == "it was interrupted: run it again, and it goes on"
    assert "1" in data(project)
    assert "2" not in data(project)
    project.stack().up()
    assert data(project) == ["1", "2", "3"]


def test_an_interrupted_destroy_is_none_though_the_engine_says_so(project: Project) -> None:
    project.program(THREE)
    project.stack().up()

    said = interrupted(project, "destroy", "second")

    assert said[-1] == "it was interrupted: run it again, and it goes on"
    assert not any("✓" in line for line in said)
    assert data(project) == ["1", "3"]
    project.stack().destroy()
    assert data(project) == []
