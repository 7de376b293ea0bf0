"""What the engine reads out of an operation that went through without success."""

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2


def init_failure(error: grpc.RpcError) -> provider_pb2.ErrorResourceInitFailed:
    """The details beside the error's message."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]  # type: ignore[attr-defined]
    status = status_pb2.Status.FromString(details)
    failure = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(failure)
    return failure
