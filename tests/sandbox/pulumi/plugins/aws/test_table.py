"""Every type of the table, through its whole life against the sandbox's AWS."""

from dataclasses import replace

import grpc
import pytest

from sandbox.pulumi.plugins.aws.types import ROWS, TYPES
from sandbox.pulumi.plugins.sought import SOUGHT
from sandbox.pulumi.plugins.wire import Unknown, has_unknown
from tests.sandbox.pulumi.plugins.aws.cases import CASES
from tests.sandbox.pulumi.plugins.aws.world import World
from tests.sandbox.pulumi.plugins.conftest import Refused
from tools.aws_coverage import NEVER_RUN, calls

CHANGING = [name for name, case in CASES.items() if case.other]
ENDING = [name for name, case in CASES.items() if case.ends]
REPLACED = [name for name, case in CASES.items() if case.replaced]
REFUSED = [name for name, case in CASES.items() if case.refused]
IMPORTED = [name for name, case in CASES.items() if case.imported]


def test_every_type_of_the_table_has_a_case() -> None:
    beside = {token for token in TYPES if token.startswith("aws:s3/bucket")}  # test_side_cars has theirs
    assert {case.token for case in CASES.values()} | beside == set(TYPES)


@pytest.mark.parametrize("name", CASES)
def test_what_was_made_is_found_unchanged(world: World, name: str) -> None:
    made, declared = world.make(name), world.declared(name)

    assert world.plugin.diff(made, declared).changes == {}
    refreshed = world.plugin.read(made)
    assert refreshed
    assert refreshed == made
    assert world.plugin.diff(refreshed, declared).changes == {}
    assert {output for output in CASES[name].outputs if made.outputs.get(output) in (None, "", [])} == set()


@pytest.mark.parametrize("name", CASES)
def test_a_preview_knows_what_is_declared_and_nothing_else(world: World, name: str) -> None:
    declared = world.declared(name)
    planned = world.plugin.create(CASES[name].token, name, declared, preview=True)
    made = world.make(name)

    assert planned.outputs["id"] == Unknown()
    told = {key: value for key, value in planned.outputs.items() if key in declared and not has_unknown(value)}
    assert told == {key: made.outputs[key] for key in told}
    assert planned.outputs.keys() >= made.outputs.keys()


@pytest.mark.parametrize("name", CHANGING)
def test_a_change_is_an_update_of_what_changed(world: World, name: str) -> None:
    made, other = world.make(name), world.declared(name, CASES[name].other)

    assert world.plugin.diff(made, other).changes == CASES[name].changes
    updated = world.plugin.update(made, other)
    assert world.plugin.diff(updated, other).changes == {}
    assert world.plugin.read(updated) == updated


@pytest.mark.parametrize("name", CHANGING)
def test_a_change_behind_pulumis_back_is_found_and_repaired(world: World, name: str) -> None:
    made, declared, case = world.make(name), world.declared(name), CASES[name]
    changed = {key: value for key, value in case.other.items() if key not in case.onward}
    world.plugin.update(made, world.declared(name, changed))

    assert world.plugin.diff(made, declared).changes == {}
    refreshed = world.plugin.read(made)
    assert refreshed
    found = world.plugin.diff(refreshed, declared).changes
    assert {_root(path) for path in found} == {_root(path) for path in case.changes} - {*case.onward}
    repaired = world.plugin.update(refreshed, declared)
    found_again = world.plugin.read(repaired)
    assert found_again
    assert world.plugin.diff(found_again, declared).changes == {}


@pytest.mark.parametrize("name", ENDING)
def test_what_was_deleted_is_gone_and_a_second_time_is_no_error(world: World, name: str) -> None:
    made = world.make(name)

    world.plugin.delete(made)

    assert world.plugin.read(made) is None
    world.plugin.delete(made)


@pytest.mark.parametrize("name", IMPORTED)
def test_what_is_imported_needs_no_change(world: World, name: str) -> None:
    made, case = world.make(name), CASES[name]

    imported = world.plugin.imported(case.token, name, made.id)

    assert imported
    automatic = {key: made.inputs[key] for key in made.inputs["__defaults"] if key == "name"}
    # What a program needn't declare isn't in an import's inputs, and is AWS's as long as it is declared as it is.
    changes = world.plugin.diff(imported, world.declared(name) | automatic).changes
    assert {_root(path) for path in changes} <= {*case.untold}


@pytest.mark.parametrize("name", REPLACED)
def test_what_only_a_new_one_can_have_replaces_it(world: World, name: str) -> None:
    made, (key, value) = world.make(name), CASES[name].replaced or ("", None)

    assert world.plugin.diff(made, world.declared(name, {key: value})).replaces == [key]


@pytest.mark.parametrize("name", REFUSED)
def test_bad_inputs_are_refused_by_path_before_any_call(world: World, name: str) -> None:
    inputs, path, reason = CASES[name].refused or ({}, "", "")
    given = {key: value for key, value in CASES[name].declared.items() if key not in inputs} | dict(inputs)

    refused = world.plugin.check(CASES[name].token, name, given)

    assert isinstance(refused, Refused)
    assert reason in refused.reasons[path]


@pytest.mark.parametrize("token", sorted({case.token for case in CASES.values()} & ROWS.keys()))
def test_every_call_of_a_type_is_made_or_said_to_be_never_run(world: World, token: str) -> None:
    for name in [name for name, case in CASES.items() if case.token == token]:
        made, case = world.make(name), CASES[name]
        tags = {"tags": {"more": "x"}} if ROWS[token].tagging else {}
        onward = {key: value for key, value in case.other.items() if key in case.onward}
        for wanted in ({**case.other, **tags}, onward, *case.also):
            made = world.plugin.update(made, world.declared(name, wanted))
        world.plugin.read(replace(made, id=SOUGHT))
        world.plugin.delete(made)

    _, operations = calls(token)
    assert operations - world.calls() == NEVER_RUN.get(token, {}).keys()


def test_an_unknown_property_is_refused(world: World) -> None:
    refused = world.plugin.check("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16", "ipv6NetmaskLength": 56})
    assert isinstance(refused, Refused)
    assert "doesn't support it" in refused.reasons["ipv6NetmaskLength"]


def test_a_taken_name_is_refused(world: World) -> None:
    world.make("second-role")
    with pytest.raises(grpc.RpcError) as refused:
        world.plugin.create(CASES["second-role"].token, "again", world.declared("second-role"))
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
