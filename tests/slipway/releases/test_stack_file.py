from pathlib import Path

import pytest

from slipway.errors import BadInput, Refused
from slipway.releases.stack_file import FileChanged, StackFile, Values, put_back
from tests.slipway.releases.world import MODEL, FakeEngine, World


def edit(world: World, values: Values) -> tuple[StackFile, StackFile]:
    before = StackFile.read(world.file)
    return before, before.replaced(MODEL, values, FakeEngine(world).edited)


def test_an_edit_changes_its_values_alone(world: World) -> None:
    before, after = edit(world, {"version": "1.1.0", "attempt": "2"})
    assert after.says(MODEL, ["version", "attempt", "image"]) == {"version": "1.1.0", "attempt": "2", "image": None}
    assert (
        after.content.replace(b"version: 1.1.0", b"version: 1.0.0").replace(b"      attempt: 2\n", b"")
        == before.content
    )
    assert world.file.read_bytes() == before.content


def test_what_it_says_already_is_no_edit(world: World) -> None:
    before, after = edit(world, {"version": "1.0.0", "attempt": None})
    assert after is before


def test_an_edit_that_changes_something_else_is_refused(world: World) -> None:
    before = StackFile.read(world.file)
    with pytest.raises(
        Refused, match=r"can't be edited without changing something else; write version: 1.1.0, no image"
    ):
        before.replaced(
            MODEL, {"version": "1.1.0", "image": None}, lambda content, _: content.replace(b"/tiny", b"/huge")
        )
    with pytest.raises(Refused, match="without changing something else"):
        before.replaced(MODEL, {"version": "1.1.0"}, lambda content, _: content)


def test_a_file_is_replaced_in_one_step_through_links_and_keeps_its_mode(world: World, tmp_path: Path) -> None:
    before, after = edit(world, {"version": "1.1.0"})
    world.file.chmod(0o640)
    link = tmp_path / "elsewhere/link.yaml"
    link.parent.mkdir()
    link.symlink_to(world.file)
    StackFile(link, after.content, after.config).write(StackFile(link, before.content, before.config))
    assert world.file.read_bytes() == after.content
    assert link.is_symlink()
    assert world.file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in world.folder.iterdir()) == ["Pulumi.test.yaml", "elsewhere", "store"]


def test_a_file_that_somebody_edited_meanwhile_is_not_overwritten(world: World) -> None:
    before, after = edit(world, {"version": "1.1.0"})
    world.say("1.2.0")
    content = world.file.read_bytes()
    with pytest.raises(FileChanged, match="was changed by somebody else meanwhile"):
        after.write(before)
    assert world.file.read_bytes() == content
    assert sorted(path.name for path in world.folder.iterdir()) == ["Pulumi.test.yaml", "store"]


def test_put_back_is_to_the_byte_where_nobody_else_wrote(world: World) -> None:
    values = {"version": "1.1.0", "attempt": "2"}
    before, after = edit(world, values)
    after.write(before)
    assert put_back(before, after, MODEL, values, FakeEngine(world).edited) is before
    assert world.file.read_bytes() == before.content


def test_put_back_leaves_what_others_wrote(world: World) -> None:
    values = {"version": "1.1.0", "attempt": "2"}
    before, after = edit(world, values)
    after.write(before)
    world.file.write_text(world.file.read_text().replace("# The stack", "# Our stack"))
    found = put_back(before, after, MODEL, values, FakeEngine(world).edited)
    assert found is not None
    assert world.file.read_bytes() == before.content.replace(b"# The stack", b"# Our stack")
    world.say("1.2.0")
    content = world.file.read_bytes()
    assert put_back(before, after, MODEL, values, FakeEngine(world).edited) is None
    assert world.file.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such stack file; name it with --config-file, or another --stack"),
        ("config: [", "is no stack's configuration"),
        ("{}", "is no stack's configuration"),
        ("config: text", "`config` has no keys"),
        ("config: {slipway:platform: x}", "slipway:namespace is missing; this is no serving stack"),
        ("config: {slipway:namespace: x}", "slipway:models is missing"),
        ("config: {slipway:namespace: x, slipway:models: {a: {}, b: {}}}", r"which model\? .* has a, b: name one"),
    ],
)
def test_what_is_no_stack_file_is_told(content: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.x.yaml"
    if content is not None:
        path.write_text(content)

    def use() -> None:
        file = StackFile.read(path)
        file.text("namespace")
        file.model(None)

    with pytest.raises(BadInput, match=message):
        use()
