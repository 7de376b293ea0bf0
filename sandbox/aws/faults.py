"""Faults on purpose: a call is refused, slow, or done and its answer lost, as its rule says and every time the same."""

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.errors import AwsError

_REMEMBERED: Final = 20_000
"""Calls whose names are kept, the newest."""


class Kind(StrEnum):
    """What happens."""

    DENIED = "denied"
    """Refused, because the caller may not."""
    EXPIRED = "expired"
    """Refused, because the caller's credentials are no longer valid."""
    LOST = "lost"
    """Done, and the connection ends before the answer."""
    REFUSED = "refused"
    """Refused with the rule's code, message and status."""
    SLOW = "slow"
    """Done after the rule's seconds."""
    THROTTLED = "throttled"
    """Refused, because there were too many calls."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When something happens, and what.

    Attributes:
        kind: what happens.
        service: by botocore's name; a pattern like `*`.
        operation: by AWS's name; a pattern like `Create*`.
        about: a text that the call's parameters have to contain, such as the name of what it is about: so the same
            call is met whatever else runs beside it.
        account: whose calls; anybody's if it is empty.
        skip: how many calls that match go through before.
        times: how many calls are met from then on.
        code: of the error, for `refused`.
        message: of any error.
        status: of HTTP, for `refused`.
        seconds: for `slow`.
    """

    kind: Kind
    service: str = "*"
    operation: str = "*"
    about: str = ""
    account: str = ""
    skip: int = 0
    times: int = 1
    code: str = "InternalFailure"
    message: str = "a fault on purpose"
    status: int = HTTPStatus.BAD_REQUEST
    seconds: float = 0

    def matches(self, call: Call) -> bool:
        """Whether the rule is about `call`."""
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.operation, self.operation)
            and self.account in {"", call.account}
            and (not self.about or self.about in json.dumps(call.parameters, default=str))
        )

    def error(self, call: Call) -> Refused | None:
        """The error that `call` is answered with, or None if it is done."""
        if self.kind is Kind.REFUSED:
            return Refused(self.code, self.message, HTTPStatus(self.status))
        if self.kind in _ERRORS:
            found = _ERRORS[self.kind]
            code, status = found.get(call.service) or found.get(call.protocol) or found["*"]
            return Refused(code, self.message, status)
        return None


_ERRORS: Final[Mapping[Kind, Mapping[str, tuple[str, HTTPStatus]]]] = {
    Kind.DENIED: {
        "ec2": ("UnauthorizedOperation", HTTPStatus.FORBIDDEN),
        "json": ("AccessDeniedException", HTTPStatus.BAD_REQUEST),
        "rest-json": ("AccessDeniedException", HTTPStatus.FORBIDDEN),
        "*": ("AccessDenied", HTTPStatus.FORBIDDEN),
    },
    Kind.EXPIRED: {
        "ec2": ("RequestExpired", HTTPStatus.BAD_REQUEST),
        "s3": ("ExpiredToken", HTTPStatus.BAD_REQUEST),
        "json": ("ExpiredTokenException", HTTPStatus.BAD_REQUEST),
        "rest-json": ("ExpiredTokenException", HTTPStatus.FORBIDDEN),
        "*": ("ExpiredToken", HTTPStatus.FORBIDDEN),
    },
    Kind.THROTTLED: {
        "ec2": ("RequestLimitExceeded", HTTPStatus.SERVICE_UNAVAILABLE),
        "s3": ("SlowDown", HTTPStatus.SERVICE_UNAVAILABLE),
        "json": ("ThrottlingException", HTTPStatus.BAD_REQUEST),
        "rest-json": ("ThrottlingException", HTTPStatus.TOO_MANY_REQUESTS),
        "*": ("Throttling", HTTPStatus.BAD_REQUEST),
    },
}
"""AWS's code and status, by service or by protocol: each service has its own word for the same."""


class Faults:
    """The rules that hold now, how often each was met, and the calls that came. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._seen: list[int] = []
        self._calls: deque[dict[str, str]] = deque(maxlen=_REMEMBERED)

    def set(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Let these rules hold and no others, each from its start.

        Raises:
            AwsError: one is not a rule.
        """
        try:
            made = [_rule({**rule, "kind": Kind(rule["kind"])}) for rule in rules]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AwsError(f"no rule for faults ({error}): see sandbox/aws/faults.py") from None
        with self._lock:
            self._rules, self._seen = made, [0] * len(made)

    def met(self, call: Call) -> Rule | None:
        """Take note of `call`, and return the first rule that it meets."""
        with self._lock:
            chosen = None
            for index, rule in enumerate(self._rules):
                if chosen is None and rule.matches(call):
                    self._seen[index] += 1
                    if rule.skip < self._seen[index] <= rule.skip + rule.times:
                        chosen = rule
            self._calls.append(
                {
                    "service": call.service,
                    "operation": call.operation,
                    "account": call.account,
                    "region": call.region,
                    "fault": chosen.kind if chosen else "",
                }
            )
            return chosen

    def rules(self) -> list[dict[str, Any]]:
        """The rules, each with the number of calls that it has met."""
        with self._lock:
            return [
                {**asdict(rule), "met": min(max(seen - rule.skip, 0), rule.times)}
                for rule, seen in zip(self._rules, self._seen, strict=True)
            ]

    def calls(self) -> list[dict[str, str]]:
        """The calls that came, oldest first."""
        with self._lock:
            return list(self._calls)

    def forget_calls(self) -> None:
        """Begin anew to take note of calls."""
        with self._lock:
            self._calls.clear()


def _rule(told: dict[str, Any]) -> Rule:
    return Rule(**told)
