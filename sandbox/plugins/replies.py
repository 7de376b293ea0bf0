"""Answers that every plugin gives in the same form: refused inputs, detailed diffs, errors of one line."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import grpc
from pulumi.runtime.proto import provider_pb2 as rpc

from sandbox.plugins.difference import Kind
from sandbox.plugins.inputs import InvalidInputsError

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


@contextmanager
def told(context: grpc.ServicerContext, explained: Callable[[Exception], Explanation]) -> Generator[None]:
    """End the call with a status and one line, as `explained` puts it, when something fails inside."""
    try:
        yield
    except Exception as error:
        context.abort(*_refusal(error, explained))


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


def _refusal(error: Exception, explained: Callable[[Exception], Explanation]) -> Explanation:
    match error:
        case RefusedError():
            return error.status, str(error)
        case InvalidInputsError():
            return grpc.StatusCode.INVALID_ARGUMENT, str(error)
        case _:
            return explained(error)
