"""What AWS's errors mean to the engine: a gRPC status and one line for people."""

# botocore is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import re
from collections.abc import Mapping
from typing import Final

import grpc
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ParamValidationError
from botocore.parsers import ResponseParserError

from sandbox.pulumi.plugins.aws.clients import NoEndpointError

# Any status but UNKNOWN, INTERNAL and DATA_LOSS tells the engine that nothing was changed. Each service has its own
# words for the same, of which the first one here that is in a code counts.
_STATUS: Final[Mapping[str, grpc.StatusCode]] = {
    r"AccessDenied|UnauthorizedOperation|^403$": grpc.StatusCode.PERMISSION_DENIED,
    r"ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient": grpc.StatusCode.UNAUTHENTICATED,
    r"AlreadyExists|AlreadyOwnedByYou|Duplicate": grpc.StatusCode.ALREADY_EXISTS,
    r"NotEmpty|InUse|DependencyViolation|DeleteConflict": grpc.StatusCode.FAILED_PRECONDITION,
    r"NotFound(Exception|Error|Fault)?$|^NoSuch": grpc.StatusCode.NOT_FOUND,
    r"SlowDown|Throttl|RequestLimitExceeded|TooManyRequests": grpc.StatusCode.UNAVAILABLE,
    r"LimitExceeded|QuotaExceeded": grpc.StatusCode.RESOURCE_EXHAUSTED,
    r"Internal(Error|Failure|ServerError)|ServerException|ServiceUnavailable": grpc.StatusCode.UNKNOWN,
    r"^NotImplemented$|^404$|^500$|^501$": grpc.StatusCode.UNIMPLEMENTED,
}
_REMEDY: Final[Mapping[str, str]] = {
    "BucketAlreadyExists": "give another name, or adopt it: `pulumi import aws:s3/bucket:Bucket RESOURCE BUCKET`",
    "BucketNotEmpty": "empty it, or set forceDestroy to true, run `pulumi up`, and then destroy it",
    "NoSuchBucket": "it was removed behind Pulumi's back: run `pulumi refresh`, then `pulumi up`",
}
_OF_STATUS: Final[Mapping[grpc.StatusCode, str]] = {
    grpc.StatusCode.ALREADY_EXISTS: "give another name, or adopt it with `pulumi import`",
    grpc.StatusCode.NOT_FOUND: "if it was removed behind Pulumi's back: run `pulumi refresh`, then `pulumi up`",
    grpc.StatusCode.UNAUTHENTICATED: "get new credentials",
    # Nothing of AWS's is answered so: the endpoint is another, and has no such operation.
    grpc.StatusCode.UNIMPLEMENTED: "what answers at this endpoint doesn't have the operation",
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
            status = _status(code(error))
            remedy = _REMEDY.get(code(error)) or _OF_STATUS.get(status)
            told = f"{error.operation_name}: {code(error)}: {error.response['Error'].get('Message', '')}".rstrip(": ")
            return status, f"{told} ({remedy})" if remedy else told
        case ParamValidationError():
            return grpc.StatusCode.INVALID_ARGUMENT, " ".join(str(error).split())
        case EndpointConnectionError() | ConnectTimeoutError():
            return grpc.StatusCode.UNAVAILABLE, f"{error}: is the sandbox up? (`python -m sandbox status`)"
        case ResponseParserError():
            status = grpc.StatusCode.UNIMPLEMENTED
            return status, f"{' '.join(str(error).split())[:200]} ({_OF_STATUS[status]})"
        case _:
            return grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}"


def _status(code: str) -> grpc.StatusCode:
    statuses = (status for pattern, status in _STATUS.items() if re.search(pattern, code))
    return next(statuses, grpc.StatusCode.INVALID_ARGUMENT)
