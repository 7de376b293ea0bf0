"""What goes wrong on AWS's side: it is told by name, and what could be done is known and gone on with."""

from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.aws.types import ROWS
from sandbox.pulumi.plugins.sought import SOUGHT
from tests.sandbox.pulumi.plugins.aws.cases import CASES
from tests.sandbox.pulumi.plugins.aws.world import World
from tests.sandbox.pulumi.plugins.conftest import Resource
from tests.sandbox.pulumi.plugins.partial_failures import init_failure

BY_ROW = [name for name, case in CASES.items() if case.token in ROWS]
NAMED = ["second-role", "group", "cluster", "images", "entry", "addon", "pull-through", "template", "budget", "alias"]


@pytest.mark.parametrize("name", BY_ROW)
def test_an_operation_that_the_endpoint_lacks_is_never_read_as_gone(world: World, name: str) -> None:
    made = world.make(name)
    world.fail(kind="refused", operation=ROWS[made.token].reads[0].operation, code="NotImplemented", status=501)

    with pytest.raises(grpc.RpcError) as refused:
        world.plugin.read(made)

    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert ROWS[made.token].reads[0].operation in str(refused.value.details())


@pytest.mark.parametrize("name", ["vpc", "role", "key", "cluster", "images"])
@pytest.mark.parametrize(
    ("kind", "status"),
    [("denied", grpc.StatusCode.PERMISSION_DENIED), ("expired", grpc.StatusCode.UNAUTHENTICATED)],
)
def test_a_refusal_is_told_in_the_engines_words(world: World, name: str, kind: str, status: grpc.StatusCode) -> None:
    declared = world.declared(name)
    operation = ROWS[CASES[name].token].create.operation
    world.fail(kind=kind, operation=operation)

    with pytest.raises(grpc.RpcError) as refused:
        world.plugin.create(CASES[name].token, name, declared)

    assert refused.value.code() == status
    assert operation in str(refused.value.details())


@pytest.mark.parametrize("name", ["vpc", "role", "cluster", "images"])
def test_throttling_is_outlasted(world: World, name: str) -> None:
    declared = world.declared(name)
    world.fail(kind="throttled", operation=ROWS[CASES[name].token].create.operation, times=2)

    made = world.plugin.create(CASES[name].token, name, declared)

    assert world.plugin.diff(made, declared).changes == {}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.ends])
def test_what_a_killed_run_has_made_is_found_by_its_inputs_and_nothing_else_is(world: World, name: str) -> None:
    made = world.make(name)
    sought = replace(made, id=SOUGHT, outputs={**made.inputs})

    found = world.plugin.read(sought)

    assert found
    assert found.id == made.id
    assert world.plugin.diff(found, world.declared(name)).changes == {}
    world.plugin.delete(made)
    assert world.plugin.read(sought) is None


@pytest.mark.parametrize("name", NAMED)
def test_a_creation_whose_answer_is_lost_is_taken_for_what_it_is(world: World, name: str) -> None:
    declared = world.declared(name)
    world.fail(kind="lost", operation=ROWS[CASES[name].token].create.operation)

    made = world.plugin.create(CASES[name].token, name, declared)

    assert world.plugin.read(made) == made
    assert world.plugin.diff(made, declared).changes == {}


def test_what_somebody_else_has_made_is_not_taken(world: World) -> None:
    world.make("second-role")

    with pytest.raises(grpc.RpcError, match="EntityAlreadyExists"):
        world.plugin.create(CASES["second-role"].token, "again", world.declared("second-role"))


@pytest.mark.parametrize("name", ["vpc", "role", "route", "attachment", "addon", "record"])
def test_an_end_whose_answer_is_lost_is_an_end(world: World, name: str) -> None:
    made = world.make(name)
    world.fail(kind="lost", operation=ROWS[made.token].deletes[-1].operation)

    world.plugin.delete(made)

    assert world.plugin.read(made) is None


@pytest.mark.parametrize(
    ("name", "operation"),
    [("vpc", "ModifyVpcAttribute"), ("key", "EnableKeyRotation"), ("group", "PutRetentionPolicy")],
)
def test_a_creation_that_fails_half_way_is_in_the_state_and_gone_on_with(
    world: World, name: str, operation: str
) -> None:
    declared, token = world.declared(name), CASES[name].token
    world.fail(kind="denied", operation=operation)

    with pytest.raises(grpc.RpcError, match="was created, but what follows failed") as failure:
        world.plugin.create(token, name, declared)

    recorded = init_failure(failure.value)
    inputs = world.plugin.check(token, name, declared)
    assert isinstance(inputs, dict)
    half = Resource(token, name, recorded.id, inputs, wire.decode(recorded.properties))
    whole = world.plugin.update(half, declared)
    assert world.plugin.read(whole) == whole
    assert world.plugin.diff(whole, declared).changes == {}


def test_an_update_that_fails_half_way_goes_on_where_it_ended(world: World) -> None:
    made, other = world.make("role"), world.declared("role", CASES["role"].other)
    world.fail(kind="denied", operation="TagRole")
    with pytest.raises(grpc.RpcError):
        world.plugin.update(made, other)

    world.fail()
    whole = world.plugin.update(made, other)

    assert world.plugin.read(whole) == whole
    assert world.plugin.diff(whole, other).changes == {}


def test_what_is_gone_is_not_updated(world: World) -> None:
    made = world.make("role")
    world.plugin.delete(made)

    with pytest.raises(grpc.RpcError, match="run `pulumi refresh`"):
        world.plugin.update(made, world.declared("role", CASES["role"].other))


def test_credentials_of_another_account_are_refused_before_anything_is_done(world: World, serve_plugin: Any) -> None:
    plugin = serve_plugin(Aws())

    with pytest.raises(grpc.RpcError, match=f"are those of account {world.account}, and only 123456789012 is allowed"):
        plugin.configure({"region": "eu-central-1", "allowedAccountIds": '["123456789012"]'})


def test_nobody_waits_on_when_the_engine_ends(world: World) -> None:
    unproved = world.declared("certificate", {"domainName": "unproved.example.org"})
    certificate = world.plugin.create(CASES["certificate"].token, "certificate", unproved)
    world.plugin.stub.Cancel(empty_pb2.Empty())

    with pytest.raises(grpc.RpcError, match="interrupted while waiting"):
        world.plugin.create(CASES["validation"].token, "validation", {"certificateArn": certificate.id})
