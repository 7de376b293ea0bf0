"""Makes the calls of the table: arguments out of what is known, answers under Pulumi's names, and waits."""

# botocore is untyped, and a property value is JSON whose shape is the user's.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

import grpc
from botocore import xform_name
from botocore.exceptions import ClientError

from sandbox.pulumi.plugins.aws import models, shapes
from sandbox.pulumi.plugins.aws.clients import Api
from sandbox.pulumi.plugins.aws.expressions import found, resolved
from sandbox.pulumi.plugins.aws.row import Call, Row, Wait
from sandbox.pulumi.plugins.replies import RefusedError
from sandbox.pulumi.plugins.wire import Properties, Value

PATIENCE: Final = 1800.0  # seconds; a cluster of EKS takes about 10 minutes
POLLS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between looks, and then the last one again


def call(
    api: Api,
    row: Row,
    what: Call,
    known: Properties,
    inputs: Collection[str] = (),
    more: Mapping[str, Value] | None = None,
) -> Value:
    """Make a call, and return what its answer has at the call's place.

    Args:
        api: whom to ask.
        row: the resource type.
        what: the call. If its condition doesn't hold, nothing is asked and there is no answer.
        known: what arguments are made of.
        inputs: the inputs that it is given if they fit.
        more: further arguments, written out.

    Raises:
        ClientError: AWS refuses it, in full or for one of the things that it is about.
    """
    if what.when and not found(what.when, known):
        return None
    if not what.each:
        return _kept(what, _call(api, row, what, known, inputs, more))
    listed = found(what.each, known) if isinstance(what.each, str) else call(api, row, what.each, known)
    return _kept(what, [item | (_call(api, row, what, known | item, inputs, more) or {}) for item in listed or []])


def _kept(what: Call, answer: Value) -> Value:
    return {what.into: answer} if what.into else answer


def _call(
    api: Api, row: Row, what: Call, known: Properties, inputs: Collection[str], more: Mapping[str, Value] | None
) -> Value:
    given = {**what.given, **(more or {})}
    properties = _merged(arguments(row, what, known, inputs), resolved(given, known) or {})
    answer = asked(api, row.service, what.operation, properties, row.names)
    answer = _reshaped(answer, row)
    if what.then:
        wait(api, row, what.then, known | answer)
    return found(what.at, answer, known) if what.at else answer


def arguments(row: Row, what: Call, known: Properties, inputs: Collection[str]) -> Properties:
    """The arguments that a call has by their names: the key's, and those of `inputs` that fit."""
    own = shapes.members(shapes.operation(row.service, what.operation).input_shape, row.names)
    key: Properties = {}
    for name, source in row.names_it.items():
        if value := known.get(source):
            key |= {name: value} if name in own else {f"{name}s": [value]} if f"{name}s" in own else {}
    fitting = shapes.members(models.target(row, what), row.names).keys() - what.given.keys()
    declared: Properties = {name: known[name] for name in inputs if name in fitting and known.get(name) is not None}
    for part in reversed([part for part in what.within.split(".") if part]):
        declared = {part: declared}
    return declared | key


def _merged(one: Properties, other: Properties) -> Properties:
    both = {name: _merged(one[name], other[name]) for name in one.keys() & other.keys() if isinstance(one[name], dict)}
    return one | other | both


def asked(api: Api, service: str, operation: str, properties: Properties, names: Mapping[str, str]) -> Properties:
    """The whole answer to an operation, all pages of it.

    Raises:
        ClientError: AWS refuses it.
    """
    model, method = shapes.operation(service, operation), xform_name(operation)
    members = shapes.to_api(properties, model.input_shape, names) if model.input_shape else {}
    if api.client.can_paginate(method):
        answer = api.client.get_paginator(method).paginate(**members).build_full_result()
    else:
        answer = getattr(api.client, method)(**members)
    for failure in answer.get("Unsuccessful") or []:  # EC2 answers so where some of several could have been done
        raise ClientError({"Error": failure["Error"]}, operation)
    return shapes.from_api(answer, model.output_shape, names) if model.output_shape else {}


def wait(
    api: Api, row: Row, for_what: Wait, known: Properties, look: Callable[[], Properties | None] | None = None
) -> None:
    """Ask until it is done.

    Args:
        api: whom to ask.
        row: the resource type.
        for_what: until when.
        known: what arguments are made of.
        look: asks, if `for_what` has no operation of its own.

    Raises:
        RefusedError: it failed, it takes too long, or the engine ends.
    """
    ask = Call(for_what.asking, **for_what.given) if for_what.asking else None

    def done() -> bool:
        answer = call(api, row, ask, known) if ask else look() if look else None
        told = found(for_what.at, answer or {})
        if told in for_what.failed:
            raise RefusedError(grpc.StatusCode.UNKNOWN, f"{for_what.at} of {known.get('id')!r} is {told}")
        return told in for_what.done

    until(api, done, f"{for_what.at} of {known.get('id')!r} to be {' or '.join(map(str, for_what.done))}")


def until(api: Api, done: Callable[[], bool], what: str) -> None:
    """Look again and again, each time a little later.

    Raises:
        RefusedError: it takes too long, or the engine ends.
    """
    end, looks = time.monotonic() + PATIENCE, 0
    while not done():
        if time.monotonic() > end:
            raise RefusedError(grpc.StatusCode.UNKNOWN, f"waited {PATIENCE:.0f} s in vain for {what}")
        if api.ending.wait(POLLS[min(looks, len(POLLS) - 1)]):
            raise RefusedError(grpc.StatusCode.UNKNOWN, f"interrupted while waiting for {what}")
        looks += 1


def _reshaped(value: Value, row: Row) -> Value:
    """An answer with the row's own ideas of what is one thing, a list, or a map."""
    match value:
        case dict():
            return {key: _as_declared(key, _reshaped(item, row), row) for key, item in value.items()}
        case list():
            return [_reshaped(item, row) for item in value]
        case _:
            return value


def _as_declared(name: str, value: Value, row: Row) -> Value:
    match value:
        case list() if name in row.maps:
            return shapes.as_map(value)
        case list() if name in row.single:
            return value[0] if value else None
        case dict() if name in row.listed:
            return [value]
        case _:
            return value
