import json
from collections.abc import Iterable

import pytest

from sandbox.pulumi import EngineError, Kind, Operation, Stack
from sandbox.pulumi.cli import Cli
from tests import leaks
from tests.sandbox.pulumi.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]


def described(changes: Iterable[Operation]) -> set[tuple[Kind, str]]:
    return {(change.kind, change.name) for change in changes if change.type != "pulumi:pulumi:Stack"}


def test_a_preview_names_the_operations_that_an_update_then_does(project: Project) -> None:
    project.configure(step="1")
    project.program("""
        Object("kept")
        Object("updated", data=config.require("step"))
        Object("replaced", immutable=config.require("step"))
        if config.require("step") == "1":
            Object("removed")
        else:
            Object("added")
    """)
    stack = project.stack()
    stack.up()
    project.configure(step="2")

    planned = stack.preview()
    done = stack.up()

    assert described(planned) == {
        (Kind.UPDATE, "updated"),
        (Kind.REPLACE, "replaced"),
        (Kind.DELETE, "removed"),
        (Kind.CREATE, "added"),
    }
    assert done == planned
    (update,) = (change for change in done if change.name == "updated")
    assert update.diff == (("data", "update"),)
    assert stack.preview(expect_no_changes=True) == frozenset()


def test_what_depends_on_another_stacks_outputs_is_planned_like_all_else(project: Project) -> None:
    project.program("""
        def declare(wanted):
            for name in wanted:
                Object(name, data=name)
            return pulumi.Output.from_input({"made": Object("last", data="x").urn})

        if pulumi.get_stack() == "other":
            pulumi.export("wanted", ["one", "two"])
        else:
            other = pulumi.StackReference(f"organization/{pulumi.get_project()}/other")
            pulumi.export("made", other.get_output("wanted").apply(declare))
    """)
    other = Stack(project.folder, "other", project.folder / "config.yaml", project.state)
    other.init()
    other.up()
    stack = project.stack()

    made = {(Kind.CREATE, name) for name in ("one", "two", "last")}
    assert made <= described(stack.preview())
    assert made <= described(stack.up())
    assert stack.preview(expect_no_changes=True) == frozenset()


def test_changes_where_none_are_expected_are_an_error_that_names_them(project: Project) -> None:
    project.program('Object("one")')

    with pytest.raises(EngineError, match="create kubernetes:core/v1:ConfigMap one"):
        project.stack().preview(expect_no_changes=True)


def test_destroy_removes_everything_and_needs_neither_program_nor_configuration(project: Project) -> None:
    project.program('Object("one")')
    stack = project.stack()
    stack.up()
    project.program("raise SystemError('broken')")
    (project.folder / "config.yaml").unlink()

    changes = stack.destroy()

    assert described(changes) == {(Kind.DELETE, "one")}
    assert project.objects == {}
    assert "resources" not in stack.export()


def test_a_forgotten_stack_leaves_what_it_has_made_and_begins_anew_with_its_configuration(project: Project) -> None:
    project.program('Object("one", metadata={"name": "same"}, data=config.require_secret("word"))')
    stack = project.stack()
    where = (f"--stack={stack.name}", f"--config-file={stack.config}")
    Cli(stack.state, stack.project).run("config", "set", "--secret", "word", "hunter22", *where)
    stack.up()
    made = dict(project.objects)
    assert made == {"default/same": "hunter22"}

    stack.forget()

    assert not stack.exists
    assert project.objects == made
    for file in (project.store / "objects").iterdir():
        file.unlink()
    stack.init()
    assert described(stack.up()) == {(Kind.CREATE, "one")}
    assert project.objects == made


def test_a_refresh_tells_what_was_changed_behind_the_engines_back(project: Project) -> None:
    project.program('Object("one", data="right")\nObject("two")')
    stack = project.stack()
    stack.up()
    one, two = sorted((project.store / "objects").iterdir())
    one.write_text('"wrong"')
    two.unlink()

    assert described(stack.refresh()) == {(Kind.UPDATE, "one"), (Kind.DELETE, "two")}


def test_nothing_in_the_project_changes_by_running_it(project: Project) -> None:
    before = {path: path.read_bytes() for path in project.folder.iterdir() if path.name != "config.yaml"}
    stack = project.stack()
    stack.up()
    stack.destroy()

    after = {path: path.read_bytes() for path in project.folder.iterdir() if path.is_file()}
    assert {path: after[path] for path in before} == before
    assert {path.name for path in after} - {path.name for path in before} == {"config.yaml"}


def test_a_secret_is_in_no_state_and_no_log(project: Project) -> None:
    project.program("""
        secret = config.require_secret("word")
        Object("one", data=secret)
        pulumi.export("word", secret)
        pulumi.export("user", "admin")
    """)
    stack = project.stack()
    where = (f"--stack={stack.name}", f"--config-file={stack.config}")
    Cli(stack.state, stack.project).run("config", "set", "--secret", "word", "hunter22-in-plain", *where)
    stack.up()
    stack.refresh()

    assert stack.outputs() == {"word": "[secret]", "user": "admin"}
    assert stack.outputs(secrets=True)["word"] == "hunter22-in-plain"
    assert "hunter22" not in json.dumps(stack.export())
    kept = (project.state.pulumi / folder for folder in ("backend", "log", "home"))
    assert leaks.nowhere(["hunter22"], leaks.files(*kept))


def test_a_missing_configuration_key_is_named(project: Project) -> None:
    project.program('config.require("size")')

    with pytest.raises(EngineError) as raised:
        project.stack().up()

    assert f"Missing required configuration variable '{project.name}:size'" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_an_exception_in_the_program_is_shown_from_the_program_on(project: Project) -> None:
    project.program("""
        def decide():
            raise ValueError("no such size")
        decide()
    """)

    with pytest.raises(EngineError) as raised:
        project.stack().up()

    text = str(raised.value)
    assert "ValueError: no such size" in text
    assert "in decide" in text
    assert "runpy" not in text
    assert "sandbox/pulumi/plugins" not in text


def test_a_resource_that_fails_is_named_with_the_providers_reason(project: Project) -> None:
    project.program('Object("one", metadata={"name": "same"})\nObject("two", metadata={"name": "same"})')

    with pytest.raises(EngineError, match="default/same already exists"):
        project.stack().up()


def test_one_stack_reads_the_outputs_of_another(project: Project) -> None:
    project.program("""
        if pulumi.get_stack() == "test":
            pulumi.export("address", "http://127.0.0.1")
        else:
            other = pulumi.StackReference(f"organization/{pulumi.get_project()}/test")
            pulumi.export("seen", other.require_output("address"))
    """)
    first = project.stack()
    first.up()
    second = Stack(first.project, "second", first.config, first.state)
    second.init()

    second.up()

    assert second.outputs() == {"seen": "http://127.0.0.1"}


def test_a_stack_that_leaves_the_cluster_goes_on_from_what_it_has_elsewhere(project: Project) -> None:
    project.program("""
        class Group(pulumi.ComponentResource):
            def __init__(self):
                super().__init__("test:index:Group", "group")

        Group()
        Object("one", data="x")
    """)
    stack = project.stack()
    stack.up()

    left = stack.leave_cluster()

    assert (Kind.DELETE, "one") in described(left)
    assert project.objects == {}
    assert [one["type"] for one in stack.export()["resources"]] == ["pulumi:pulumi:Stack", "test:index:Group"]
    assert stack.leave_cluster() == frozenset()
    assert (Kind.CREATE, "one") in described(stack.up())


def test_a_stack_tells_what_refuses_to_be_destroyed(project: Project) -> None:
    project.program('Object("one", opts=pulumi.ResourceOptions(protect=True))\nObject("two")')
    stack = project.stack()
    stack.up()
    (kept,) = stack.protected()
    assert kept.endswith("::one")
    with pytest.raises(EngineError, match=r"1 objects of \S+ in the cluster are protected, such as one"):
        stack.leave_cluster()
    assert len(project.objects) == 2
