"""What AWS's errors mean to the engine: a gRPC status and one line for people."""

# botocore is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from typing import Final

import grpc
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ParamValidationError

from sandbox.pulumi.plugins.aws.clients import NoEndpointError

# Any status but UNKNOWN, INTERNAL and DATA_LOSS tells the engine that nothing was changed.
_STATUS: Final[Mapping[str, grpc.StatusCode]] = {
    "AccessDenied": grpc.StatusCode.PERMISSION_DENIED,
    "AccessDeniedException": grpc.StatusCode.PERMISSION_DENIED,
    "UnauthorizedOperation": grpc.StatusCode.PERMISSION_DENIED,
    "ExpiredToken": grpc.StatusCode.UNAUTHENTICATED,
    "ExpiredTokenException": grpc.StatusCode.UNAUTHENTICATED,
    "RequestExpired": grpc.StatusCode.UNAUTHENTICATED,
    "403": grpc.StatusCode.PERMISSION_DENIED,
    "BucketAlreadyExists": grpc.StatusCode.ALREADY_EXISTS,
    "BucketAlreadyOwnedByYou": grpc.StatusCode.ALREADY_EXISTS,
    "BucketNotEmpty": grpc.StatusCode.FAILED_PRECONDITION,
    "NoSuchBucket": grpc.StatusCode.NOT_FOUND,
    "404": grpc.StatusCode.NOT_FOUND,
    "SlowDown": grpc.StatusCode.UNAVAILABLE,
    "InternalError": grpc.StatusCode.UNKNOWN,
}
_REMEDY: Final[Mapping[str, str]] = {
    "BucketAlreadyExists": "give another name, or adopt it: `pulumi import aws:s3/bucket:Bucket RESOURCE BUCKET`",
    "BucketNotEmpty": "empty it, or set forceDestroy to true, run `pulumi up`, and then destroy it",
    "NoSuchBucket": "it was removed behind Pulumi's back: run `pulumi refresh`, then `pulumi up`",
}


def code(error: ClientError) -> str:
    """AWS's own code of `error`, such as `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def retried(error: ClientError) -> bool:
    """Whether `error` answers an attempt that wasn't the first: the one before may have done what was asked for."""
    return bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def explained(error: Exception) -> tuple[grpc.StatusCode, str]:
    """The status and the message for an error of a call to AWS; one of another kind is the plugin's own defect."""
    match error:
        case NoEndpointError():
            return grpc.StatusCode.FAILED_PRECONDITION, str(error)
        case ClientError():
            remedy = _REMEDY.get(code(error))
            told = f"{error.operation_name}: {code(error)}: {error.response['Error'].get('Message', '')}".rstrip(": ")
            return _STATUS.get(code(error), grpc.StatusCode.INVALID_ARGUMENT), f"{told} ({remedy})" if remedy else told
        case ParamValidationError():
            return grpc.StatusCode.INVALID_ARGUMENT, " ".join(str(error).split())
        case EndpointConnectionError() | ConnectTimeoutError():
            return grpc.StatusCode.UNAVAILABLE, f"{error}: is the sandbox up? (`python -m sandbox status`)"
        case _:
            return grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}"
