"""What AWS's errors mean to the engine."""

from typing import Any

import grpc
import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from sandbox.pulumi.plugins.aws.errors import explained, retried


def error(code: str, attempts: int = 0) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"RetryAttempts": attempts}}
    return ClientError(answer, "Operate")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDenied", grpc.StatusCode.PERMISSION_DENIED),
        ("AccessDeniedException", grpc.StatusCode.PERMISSION_DENIED),
        ("UnauthorizedOperation", grpc.StatusCode.PERMISSION_DENIED),
        ("ExpiredTokenException", grpc.StatusCode.UNAUTHENTICATED),
        ("EntityAlreadyExists", grpc.StatusCode.ALREADY_EXISTS),
        ("InvalidGroup.Duplicate", grpc.StatusCode.ALREADY_EXISTS),
        ("BucketAlreadyOwnedByYou", grpc.StatusCode.ALREADY_EXISTS),
        ("DependencyViolation", grpc.StatusCode.FAILED_PRECONDITION),
        ("ResourceInUseException", grpc.StatusCode.FAILED_PRECONDITION),
        ("NoSuchEntity", grpc.StatusCode.NOT_FOUND),
        ("InvalidVpcID.NotFound", grpc.StatusCode.NOT_FOUND),
        ("ResourceNotFoundException", grpc.StatusCode.NOT_FOUND),
        ("ThrottlingException", grpc.StatusCode.UNAVAILABLE),
        ("RequestLimitExceeded", grpc.StatusCode.UNAVAILABLE),
        ("VpcLimitExceeded", grpc.StatusCode.RESOURCE_EXHAUSTED),
        ("InternalFailure", grpc.StatusCode.UNKNOWN),
        ("ValidationException", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_each_services_word_for_it_is_understood(code: str, status: grpc.StatusCode) -> None:
    assert explained(error(code))[0] == status


@pytest.mark.parametrize("code", ["404", "500", "501", "NotImplemented"])
def test_an_operation_that_the_endpoint_lacks_is_told_as_that_and_never_as_gone(code: str) -> None:
    status, message = explained(error(code))
    assert status == grpc.StatusCode.UNIMPLEMENTED
    assert "doesn't have the operation" in message


def test_a_page_instead_of_an_answer_is_an_operation_that_the_endpoint_lacks() -> None:
    status, message = explained(ResponseParserError("Unable to parse response:\nb'<!doctype html>'"))
    assert status == grpc.StatusCode.UNIMPLEMENTED
    assert "\n" not in message


def test_an_answer_to_another_attempt_is_known_as_one() -> None:
    assert retried(error("EntityAlreadyExists", attempts=1))
    assert not retried(error("EntityAlreadyExists"))
