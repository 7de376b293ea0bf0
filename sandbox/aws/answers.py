"""What is told to a caller: made and understood by botocore's models, in whatever protocol the caller speaks."""

import warnings
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from botocore import parsers
from moto.core.exceptions import ServiceException
from moto.core.serialize import XFormedAttributePicker, get_serializer_class

from sandbox.aws.calls import Call

_UNKNOWN: Final = "Exception.*does not match an error shape"


class Answer(NamedTuple):
    """An answer as HTTP has it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Refused(ServiceException):
    """The caller's call is refused, in AWS's words.

    Attributes:
        status: of HTTP, if it is not the one that AWS's model gives to the code.
    """

    def __init__(self, code: str, message: str, status: HTTPStatus | None = None) -> None:
        super().__init__(code, message)
        self.status = status


def tell(call: Call, told: Any) -> Answer:
    """The answer that says what was done.

    Args:
        call: what is answered.
        told: members of the operation's output by AWS's names; none if it is None.
    """
    return _serialized(call, told)


def refuse(call: Call, why: ServiceException) -> Answer:
    """The answer that says why nothing was done."""
    answer = _serialized(call, why)
    status: HTTPStatus | None = getattr(why, "status", None)
    return answer._replace(status=status) if status else answer


def understand(call: Call, answer: Answer) -> dict[str, Any]:
    """Members of the operation's output by AWS's names, as a caller's boto3 would have them."""
    create: Any = parsers.create_parser  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    content = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
    understood: dict[str, Any] = create(call.protocol).parse(content, call.model.output_shape)
    understood.pop("ResponseMetadata", None)
    return understood


def send(answer: Answer, start: Callable[..., Any], exc_info: Any = None) -> list[bytes]:
    """Send it by WSGI."""
    status = HTTPStatus(answer.status)
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    start(f"{status.value} {status.phrase}", [*headers, ("Content-Length", str(len(answer.body)))], exc_info)
    return [answer.body]


def accept_unknown_codes() -> None:
    """Let moto write errors that botocore's models don't list: AWS has many."""
    warnings.filterwarnings("ignore", message=_UNKNOWN)


def _serialized(call: Call, told: Any) -> Answer:
    serializer: Any = get_serializer_class(call.service, call.protocol)
    made: dict[str, Any] = serializer(call.model, value_picker=XFormedAttributePicker()).serialize(told)
    body: str | bytes = made["body"] or b""
    headers = [(str(name), str(value)) for name, value in made["headers"].items()]
    return Answer(made["status_code"], headers, body.encode() if isinstance(body, str) else body)
