"""Answers that every plugin gives in the same form: refused inputs, detailed diffs, errors of one line."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import grpc
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.proto import status_pb2

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.difference import Kind
from sandbox.pulumi.plugins.inputs import InvalidInputsError
from sandbox.pulumi.plugins.wire import Properties

Explanation: TypeAlias = tuple[grpc.StatusCode, str]


class RefusedError(Exception):
    """A call that the plugin itself refuses.

    Attributes:
        status: UNKNOWN, INTERNAL and DATA_LOSS tell the engine that something may have changed, all others that
            nothing has.
    """

    def __init__(self, status: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = status


class InitFailedError(Exception):
    """A resource was made, but something went wrong behind that; the state has it, and an update looks again.

    Attributes:
        identity: its id.
        state: what is known of it.
    """

    def __init__(self, message: str, identity: str, state: Properties) -> None:
        super().__init__(message)
        self.identity, self.state = identity, state


def abort_partially(context: grpc.ServicerContext, message: str, failure: rpc.ErrorResourceInitFailed) -> None:
    """End a call that has changed the resource without getting it to where it should be; `failure` is recorded."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    status.details.add().Pack(failure)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, message)


@contextmanager
def told(context: grpc.ServicerContext, explained: Callable[[Exception], Explanation]) -> Generator[None]:
    """End the call with a status and one line, as `explained` puts it, when something fails inside."""
    try:
        yield
    except InitFailedError as error:
        failure = rpc.ErrorResourceInitFailed(
            id=error.identity, properties=wire.encode(error.state), reasons=[str(error)]
        )
        abort_partially(context, str(error), failure)
    except Exception as error:
        context.abort(*explanation(error, explained))


def failures(error: InvalidInputsError) -> rpc.CheckResponse:
    """Inputs refused, one failure for each."""
    return rpc.CheckResponse(
        failures=[rpc.CheckFailure(property=failure.path, reason=failure.reason) for failure in error.failures]
    )


def diff(
    changes: Mapping[str, Kind], replaces: Collection[str] = (), *, delete_first: bool = False
) -> rpc.DiffResponse:
    """A detailed diff; paths that are in `replaces` too need a new resource."""
    kinds = {path: f"{change}_REPLACE" if path in replaces else str(change) for path, change in changes.items()}
    return rpc.DiffResponse(
        changes=rpc.DiffResponse.DIFF_SOME if changes else rpc.DiffResponse.DIFF_NONE,
        diffs=sorted(changes),
        replaces=sorted(replaces),
        detailedDiff={path: rpc.PropertyDiff(kind=rpc.PropertyDiff.Kind.Value(kind)) for path, kind in kinds.items()},
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_first,
    )


def explanation(error: Exception, explained: Callable[[Exception], Explanation]) -> Explanation:
    """The status and the line that an error ends a call with; `explained` tells those of a plugin's own world."""
    match error:
        case RefusedError():
            return error.status, str(error)
        case InvalidInputsError():
            return grpc.StatusCode.INVALID_ARGUMENT, str(error)
        case _:
            return explained(error)
