"""What an error means to the engine: whether it may have touched the resource, and what is to be recorded.

The engine takes the codes Unknown, Internal and DataLoss as "the resource may have changed"; every other code means
that it is as it was (pkg/resource/plugin/provider_plugin.go).
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import grpc
from pulumi.runtime.proto import provider_pb2

from sandbox.plugins import replies
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, Refused, Unreachable
from sandbox.plugins.kubernetes.kubeconfig import KubeconfigError
from sandbox.plugins.kubernetes.session import InitFailed
from sandbox.plugins.wire import encode

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def explained(method: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """The RPC with its errors turned into what the engine understands."""

    @functools.wraps(method)
    def answered(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        context = cast("grpc.ServicerContext", arguments[-1])  # gRPC gives request and context by position
        try:
            return method(*arguments, **named)
        except InitFailed as error:
            _abort_partially(context, error)
        except (Refused, NoMatch, KubeconfigError) as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except ApiError as error:
            server_failed = error.status >= 500  # noqa: PLR2004 (where the server's own errors begin in HTTP)
            context.abort(grpc.StatusCode.UNKNOWN if server_failed else grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except Unreachable as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise AssertionError("an abort raises")

    return answered


def _abort_partially(context: grpc.ServicerContext, error: InitFailed) -> None:
    failure = provider_pb2.ErrorResourceInitFailed(
        id=error.identity,
        properties=encode(error.state),
        reasons=error.reasons,
        inputs=encode(error.inputs) if error.inputs else None,
    )
    replies.abort_partially(context, str(error), failure)
