"""What tests can set and see: faults and calls, at paths that no bucket can have. Off unless the server is told so."""

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from sandbox.aws import answers
from sandbox.aws.answers import Answer
from sandbox.aws.calls import Call
from sandbox.aws.errors import AwsError
from sandbox.aws.faults import Faults, Rule

PATH: Final = "/_sandbox/"
"""What the paths begin with. Names of buckets have no underscore."""


class Controls:
    """`/_sandbox/faults` (GET, PUT with a list of rules) and `/_sandbox/calls` (GET, DELETE), in JSON."""

    def __init__(self, *, on: bool) -> None:
        self._faults = Faults() if on else None

    def fault(self, call: Call) -> Rule | None:
        """The rule that `call` meets. One that makes it slow has done so when this returns."""
        rule = self._faults.met(call) if self._faults else None
        if rule:
            time.sleep(rule.seconds)
        return rule

    def answer(self, environment: dict[str, Any], body: bytes, start: Callable[..., Any]) -> list[bytes]:
        """Answer a request to one of the paths."""
        status, what = self._done(f"{environment['REQUEST_METHOD']} {environment['PATH_INFO']}", body)
        content = json.dumps(what).encode() + b"\n"
        return answers.send(Answer(status, [("Content-Type", "application/json")], content), start)

    def _done(self, what: str, body: bytes) -> tuple[HTTPStatus, Any]:
        if self._faults is None:
            return HTTPStatus.FORBIDDEN, {"error": "the server was started without --controls"}
        told: Any = []
        match what.replace(PATH, ""):
            case "GET faults":
                told = self._faults.rules()
            case "PUT faults":
                try:
                    self._faults.set(json.loads(body))
                except (AwsError, ValueError) as error:
                    return HTTPStatus.BAD_REQUEST, {"error": str(error)}
            case "GET calls":
                told = self._faults.calls()
            case "DELETE calls":
                self._faults.forget_calls()
            case _:
                return HTTPStatus.NOT_FOUND, {"error": f"there is no {what}"}
        return HTTPStatus.OK, told
