"""What is left after a killed engine, and how the next run deals with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from textwrap import dedent
from typing import TypeAlias

import pytest

from sandbox.engine import EngineError, Operation, Stack
from tests.engine.project import Project

pytestmark = pytest.mark.engine

Run: TypeAlias = Callable[[], frozenset[Operation]]
Start: TypeAlias = Callable[[Run], Future[frozenset[Operation]]]
either_side = pytest.mark.parametrize("moment", ["before", "after"])
"""Whether the engine is killed before its object is made, changed or removed, or after, but before it hears so."""

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


def kill_in(project: Project, start: Start, run: Run, moment: str, name: str) -> None:
    """Kill the engine while `run` changes `name`, and wait until all that it had started is gone by itself."""
    held = project.hold(moment, name)
    running = start(run)
    project.reached(moment, name)
    os.kill(project.engine(), signal.SIGKILL)
    with pytest.raises(EngineError, match="killed by signal 9"):
        running.result()
    project.wait_for(lambda: project.processes() == {})
    held.unlink()


def assert_settled(stack: Stack) -> None:
    assert "pending_operations" not in stack.export()
    assert stack.preview(expect_no_changes=True) == frozenset()


@either_side
@pytest.mark.parametrize("name", ["first", "second"])
def test_an_interrupted_create_is_adopted_or_made_again(project: Project, start: Start, moment: str, name: str) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, moment, name)

    stack.up()

    assert data(project) == ["1", "2", "3"]
    assert_settled(stack)


@either_side
def test_an_interrupted_create_is_destroyed_with_the_rest(project: Project, start: Start, moment: str) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, moment, "second")

    stack.destroy()

    assert project.objects == {}
    assert "resources" not in stack.export()


@either_side
def test_an_interrupted_destroy_is_finished(project: Project, start: Start, moment: str) -> None:
    project.program(THREE)
    stack = project.stack()
    stack.up()
    kill_in(project, start, stack.destroy, moment, "third")

    stack.destroy()

    assert project.objects == {}
    assert "resources" not in stack.export()


@either_side
def test_an_interrupted_update_is_done_again(project: Project, start: Start, moment: str) -> None:
    project.configure(data="old")
    project.program('Object("one", data=config.require("data"))')
    stack = project.stack()
    stack.up()
    project.configure(data="new")
    kill_in(project, start, stack.up, moment, "one")

    stack.up()

    assert data(project) == ["new"]
    assert_settled(stack)


@either_side
def test_an_interrupted_replacement_leaves_one_object(project: Project, start: Start, moment: str) -> None:
    project.configure(data="old")
    project.program('Object("one", data=config.require("data"), immutable=config.require("data"))')
    stack = project.stack()
    stack.up()
    project.configure(data="new")
    kill_in(project, start, stack.up, moment, "one")

    stack.up()

    assert data(project) == ["new"]
    assert_settled(stack)


def test_a_repair_that_is_killed_itself_is_done_again(
    project: Project, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, "before", "second")

    def killed_here(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(Stack, "_refresh", killed_here)
        with pytest.raises(ZeroDivisionError):
            stack.repair()

    stack.up()

    assert data(project) == ["1", "2", "3"]
    assert_settled(stack)


def test_a_stack_whose_run_was_killed_can_be_forgotten(project: Project, start: Start) -> None:
    project.program(THREE)
    stack = project.stack()
    kill_in(project, start, stack.up, "before", "second")
    assert project.locks

    stack.forget()

    assert not project.locks
    assert not stack.exists


@pytest.mark.parametrize("victims", [["pulumi preview"], ["pulumi preview", "sandbox.plugins.language"]], ids=len)
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


def test_an_interrupt_lets_what_is_under_way_finish_and_the_next_run_goes_on(project: Project) -> None:
    project.program(THREE)
    stack = project.stack()
    held = project.hold("before", "first")
    code = f"""
        from pathlib import Path
        from sandbox.engine import Stack
        from sandbox.state import State
        project, config, state = map(Path, {[str(stack.project), str(stack.config), str(stack.state.root)]!r})
        Stack(project, "test", config, State(state)).up()
    """
    with subprocess.Popen([sys.executable, "-c", dedent(code)], stderr=subprocess.PIPE, text=True) as runner:
        assert runner.stderr is not None
        project.reached("before", "first")
        runner.send_signal(signal.SIGINT)
        while "stopping when what is under way is done" not in runner.stderr.readline():
            pass
        held.unlink()
        errors = runner.stderr.read()

    assert errors.splitlines()[-1] == "it was interrupted: run it again, and it goes on"
    assert "1" in data(project)
    assert "2" not in data(project)
    assert project.locks == []
    assert "pending_operations" not in stack.export()
    stack.up()
    assert data(project) == ["1", "2", "3"]
