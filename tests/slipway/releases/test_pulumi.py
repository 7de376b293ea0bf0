"""The real CLI, on a project whose objects are files."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.pulumi import installation
from sandbox.pulumi.environment import environment
from sandbox.pulumi.installation import Launcher
from sandbox.state import State
from slipway.errors import BadInput
from slipway.pipeline.plan import Verdict, plan
from slipway.releases.pulumi import Engine, Lock, PulumiFailed, StackLocked
from tests.infra.stacks import CHECKOUT
from tests.installed import installed
from tests.sandbox.pulumi.project import Project

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    state = installed(tmp_path_factory.mktemp("state"))
    command = installation.standin("tests.sandbox.pulumi.files_provider")
    Launcher(installation.place(state, "kubernetes"), command).install()
    return state


@pytest.fixture
def project(state: State, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one object, brought up by nobody yet, and a shell that knows its Pulumi."""
    folder, store = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("store")
    for name in ("objects", "hold"):
        (store / name).mkdir()
    (store / "calls").touch()
    (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")
    for name, value in {
        **environment(state),
        "FILES_STORE": str(store),
        "PATH": f"{state.bin}{os.pathsep}{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(name, value)
    project = Project(folder, store, state)
    project.configure(version="1")
    project.program('Object("a", data=config.require("version"))\npulumi.export("models", {"pump": {"url": "u"}})')
    project.stack()
    return project


@pytest.fixture
def engine(project: Project) -> Engine:
    return Engine.find(project.folder, "test")


def up(engine: Engine, project: Project) -> list[str]:
    return [str(one) for one in engine.up(project.folder / "config.yaml", "a test", lambda: None)]


def test_a_preview_tells_what_up_then_does(engine: Engine, project: Project) -> None:
    planned = engine.preview((project.folder / "config.yaml").read_bytes())
    assert [str(one) for one in planned] == [
        "create pulumi:pulumi:Stack " + f"{project.name}-test",
        "create kubernetes:core/v1:ConfigMap a",
    ]
    assert planned[1].inputs["data"] == "1"
    assert project.objects == {}
    assert sorted(up(engine, project)) == sorted(map(str, planned))
    assert up(engine, project) == []
    assert engine.output("models") == {"pump": {"url": "u"}}
    assert engine.output("models", f"organization/{project.name}/test") == {"pump": {"url": "u"}}


def test_what_goes_on_is_told_meanwhile(engine: Engine, project: Project) -> None:
    calls: list[int] = []
    engine.up(project.folder / "config.yaml", "a test", lambda: calls.append(1))
    assert calls


def test_a_world_that_a_dead_run_changed_is_seen_when_it_is_looked_at_anew(engine: Engine, project: Project) -> None:
    up(engine, project)
    [path] = (project.store / "objects").iterdir()
    path.write_text('"drifted"')
    configuration = (project.folder / "config.yaml").read_bytes()
    assert engine.preview(configuration) == []
    assert [str(one) for one in engine.preview(configuration, refresh=True)] == [
        "update kubernetes:core/v1:ConfigMap a"
    ]
    engine.up(project.folder / "config.yaml", "a test", lambda: None, refresh=True)
    assert project.objects == {path.name.replace("+", "/"): "1"}


def test_a_preview_tells_all_that_the_engine_said(
    engine: Engine, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_policy(
        """
        from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

        def check(args, report):
            if args.props.get("data") == "bad":
                report("bad data")

        rule = ResourceValidationPolicy("forbid-bad", "Nothing is bad.", check)
        PolicyPack("tests", [rule], enforcement_level=EnforcementLevel.MANDATORY)
        """
    )
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK", str(project.policy))
    file = project.folder / "config.yaml"
    assert plan("x/test", engine.tried(file)).verdict is Verdict.CHANGES
    project.configure(version="bad")
    found = plan("x/test", engine.tried(file))
    assert (found.verdict, found.errors) == (Verdict.REFUSED, ())
    assert [(one.policy, one.resource, one.message) for one in found.findings] == [
        ("forbid-bad", "a", "Nothing is bad. bad data")
    ]
    project.program("raise pulumi.RunError('models.pump.version is\\nno version')")
    found = plan("x/test", engine.tried(file))
    assert (found.verdict, found.errors) == (Verdict.FAILED, ("models.pump.version is no version",))
    assert project.objects == {}


def test_a_failure_tells_its_cause_in_a_line(engine: Engine, project: Project) -> None:
    project.program("raise pulumi.RunError('models.pump.version is\\nno version')")
    with pytest.raises(PulumiFailed) as failed:
        up(engine, project)
    assert str(failed.value) == "`pulumi up` of test failed: models.pump.version is no version"
    with pytest.raises(PulumiFailed, match=r"`pulumi preview` of test failed: models.pump.version is no version"):
        engine.preview((project.folder / "config.yaml").read_bytes())
    with pytest.raises(PulumiFailed, match=r"`pulumi stack output` failed: .*does not have output property 'nothing'"):
        engine.output("nothing")


def test_a_lock_says_whose_it_is_and_that_of_the_dead_can_be_taken_away(engine: Engine, project: Project) -> None:
    up(engine, project)
    project.configure(version="2")
    project.hold("before", "a")
    running = subprocess.Popen(
        [shutil.which("pulumi") or "", "up", "--yes", "--skip-preview", "--non-interactive", "-C", project.folder,
         "-s", "test", "--config-file", project.folder / "config.yaml"],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    project.reached("before", "a")
    with pytest.raises(StackLocked, match=r"stack test is being updated by .* `pulumi cancel --stack test`") as locked:
        up(engine, project)
    [lock] = locked.value.locks
    assert (lock.pid, lock.host, lock.dead) == (running.pid, socket.gethostname(), False)
    running.kill()
    running.wait()
    assert lock.dead
    with pytest.raises(StackLocked):
        up(engine, project)
    engine.cancel()
    project.release()
    assert up(engine, project) == ["update kubernetes:core/v1:ConfigMap a"]


def test_a_lock_from_elsewhere_is_never_called_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Lock("root", "elsewhere.example", 999999999, "now").dead
    assert Lock("root", socket.gethostname(), 999999999, "now").dead
    assert Lock("root", socket.gethostname(), os.getpid(), "now").dead  # some other program has its number now
    monkeypatch.setenv("GITHUB_ACTIONS", "true")  # where all machines have the same name
    assert not Lock("runner", socket.gethostname(), 999999999, "now").dead


@pytest.mark.parametrize("stack", ["local", "staging", "prod"])
def test_an_edit_keeps_the_comments_of_the_committed_stacks(stack: str, engine: Engine) -> None:
    content = (CHECKOUT / f"Pulumi.{stack}.yaml").read_bytes()
    model = "slipway:models.maintenance_predictor"
    values = {f"{model}.version": "1.1.0", f"{model}.attempt": "2", f"{model}.commit": "0123456789" * 4}
    edited = engine.edited(content, values)
    served = yaml.safe_load(edited)["config"]["slipway:models"]["maintenance_predictor"]
    assert (served["version"], served["attempt"], served["commit"]) == ("1.1.0", 2, "0123456789" * 4)
    back = engine.edited(edited, {f"{model}.version": "1.0.0", f"{model}.attempt": None, f"{model}.commit": None})
    assert back == content


def test_an_edit_of_nothing_is_the_same(engine: Engine) -> None:
    assert engine.edited(b"config:\n  a:b: c\n", {}) == b"config:\n  a:b: c\n"
    with pytest.raises(PulumiFailed, match="`pulumi config set-all` failed"):
        engine.edited(b"config: [", {"a:b.c": "d"})


def test_the_selected_stack_is_meant_where_none_is_named(project: Project) -> None:
    assert Engine.find(project.folder, None).stack == "test"


def test_without_a_stack_or_a_cli_it_says_what_to_do(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: nobody\nruntime: python\n")
    with pytest.raises(BadInput, match=r"--stack is missing, and .* has none selected"):
        Engine.find(tmp_path, None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="no `pulumi` on PATH: install the Pulumi CLI"):
        Engine.find(tmp_path, "test")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that this one starts can be interrupted, although it may have been started to ignore that itself."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def started(project: Project, **how: Any) -> "subprocess.Popen[Any]":
    """`up`, in a process of its own."""
    script = (
        "import sys; from pathlib import Path; from slipway.releases.pulumi import Engine\n"
        "folder = Path(sys.argv[1]); Engine.find(folder, 'test').up(folder / 'config.yaml', '', print)"
    )
    command = [sys.executable, "-c", script, str(project.folder)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, **how)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_the_engines_too_and_the_world_goes_on(engine: Engine, project: Project) -> None:
    up(engine, project)
    project.configure(version="2")
    project.hold("before", "a")
    # A session of its own, as a terminal's foreground job, whose interrupt reaches all of it.
    running = started(project, stderr=subprocess.PIPE, start_new_session=True, text=True)
    project.reached("before", "a")
    os.killpg(running.pid, signal.SIGINT)
    threading.Timer(1, project.release).start()
    _, err = running.communicate(timeout=120)
    assert "it was interrupted, and what is under way in the cluster goes on" in err
    assert up(engine, project) in ([], ["update kubernetes:core/v1:ConfigMap a"])


def test_an_update_outlives_the_command_that_began_it(engine: Engine, project: Project) -> None:
    up(engine, project)
    project.configure(version="2")
    project.hold("before", "a")
    running = started(project)
    project.reached("before", "a")
    running.kill()
    running.wait()
    project.release()
    project.wait_for(lambda: not project.locks)
    assert [*project.objects.values()] == ["2"]
