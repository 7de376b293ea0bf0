"""What this server does to moto's operations: instead of them, before them, or with what they tell."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import ModuleType
from typing import Any, Final, TypeAlias

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from sandbox.aws import answers
from sandbox.aws.answers import Answer, Refused
from sandbox.aws.calls import Call

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Instead: TypeAlias = Callable[[Call], Mapping[str, Any] | None]
Before: TypeAlias = Callable[[Call], None]
After: TypeAlias = Callable[[Call, dict[str, Any]], None]

NOT_IMPLEMENTED: Final = "NotImplemented"
"""The code of what nobody here can do. Its status is one that no client tries again."""
LACKS: Final = "the sandbox's AWS does not have it"
_NO_PAGE: Final = b"<!doctype html"
"""How the pages begin that moto answers with where it has no answer of AWS's."""


@dataclass(frozen=True)
class Handler:
    """What is done to operations of a service.

    Attributes:
        service: by botocore's name.
        operations: by AWS's names.
        instead: does it and returns the members of its output.
        before: runs before it, and may refuse it.
        after: runs once moto has done it, with what moto tells, which it may change.
    """

    service: str
    operations: tuple[str, ...]
    instead: Instead | None = None
    before: Before | None = None
    after: After | None = None


def instead(service: str, *operations: str) -> Callable[[Instead], Handler]:
    """Make a function that does operations which moto lacks, or does otherwise."""
    return lambda function: Handler(service, operations, instead=function)


def before(service: str, *operations: str) -> Callable[[Before], Handler]:
    """Make a function that runs before moto's operations and raises `Refused` where AWS would."""
    return lambda function: Handler(service, operations, before=function)


def after(service: str, *operations: str) -> Callable[[After], Handler]:
    """Make a function that runs after moto's operations, if they succeeded."""
    return lambda function: Handler(service, operations, after=function)


@dataclass
class _Steps:
    instead: Instead | None = None
    before: list[Before] = field(default_factory=list[Before])
    after: list[After] = field(default_factory=list[After])


class Handlers:
    """All that is done to moto's operations."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        """Take every handler that stands in `modules`."""
        self._steps: dict[tuple[str, str], _Steps] = {}
        for handler in (one for module in modules for one in _handlers(module)):
            for operation in handler.operations:
                steps = self._steps.setdefault((handler.service, operation), _Steps())
                if handler.instead:
                    steps.instead = handler.instead
                if handler.before:
                    steps.before.append(handler.before)
                if handler.after:
                    steps.after.append(handler.after)

    @property
    def own(self) -> list[tuple[str, str]]:
        """Service and operation of all that this server does itself."""
        return sorted(name for name, steps in self._steps.items() if steps.instead)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Service and operation of all that this server does something to."""
        return sorted(self._steps)

    def answer(
        self, moto: Application, call: Call, environment: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer `call`, by moto where nothing else is known.

        Args:
            moto: takes the request as it is.
            call: what the request is.
            environment: of the request, as WSGI has it.
            start: likewise.
        """
        steps = self._steps.get((call.service, call.operation), _Steps())
        try:
            for step in steps.before:
                step(call)
            if steps.instead:
                return answers.send(answers.tell(call, steps.instead(call)), start)
            return _by_moto(moto, call, steps.after, environment, start)
        except Exception as error:  # moto's failures are many, and each has to reach the caller at once and by name
            return answers.send(answers.refuse(call, _why(call, error)), start)


def _by_moto(
    moto: Application, call: Call, after: list[After], environment: dict[str, Any], start: Callable[..., Any]
) -> Iterable[bytes]:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def begin(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        begun.append((status, headers))

    content = moto(environment, begin)
    line, headers = begun[0]
    status = int(line.split()[0])
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.INTERNAL_SERVER_ERROR}:
        content = list(content)
        if content and content[0].lower().startswith(_NO_PAGE):
            raise NotImplementedError
    if status == HTTPStatus.FORBIDDEN:
        content = list(content)
        if not any(content):
            raise Refused("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN)
    if not after or status >= HTTPStatus.MULTIPLE_CHOICES:
        start(line, headers)
        return content
    answer = Answer(status, headers, b"".join(content))
    told = answers.understand(call, answer)
    for step in after:
        step(call, told)
    return answers.send(answers.tell(call, told), start)


def _why(call: Call, error: Exception) -> ServiceException:
    what = f"{call.operation} of {call.service}"
    match error:
        case ServiceException():
            return error
        case HTTPException():  # how older parts of moto refuse
            code = getattr(error, "error_type", error.name.replace(" ", ""))
            return Refused(code, getattr(error, "message", str(error.description)), HTTPStatus(error.code or 400))
        case NotImplementedError():
            return Refused(NOT_IMPLEMENTED, f"{what}: {LACKS}", HTTPStatus.NOT_IMPLEMENTED)
        case KeyError() if error.args == (call.region,):
            return Refused("InvalidRegion", f"{call.region} is no region of AWS")
        case _:
            traceback.print_exception(error)
            why = f"{what} failed in here: {type(error).__name__}: {error}"
            return Refused("InternalFailure", why, HTTPStatus.NOT_IMPLEMENTED)


def _handlers(module: ModuleType) -> Iterator[Handler]:
    return (one for one in vars(module).values() if isinstance(one, Handler))
