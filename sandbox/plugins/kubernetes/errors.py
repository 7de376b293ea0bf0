"""What can go wrong, by what it means for the resource."""

from collections.abc import Sequence

from sandbox.plugins.kubernetes.objects import GroupVersionKind, Object, entries


class ApiError(Exception):
    """The API server refused a request and changed nothing; the message is its own."""

    def __init__(self, status: int, body: Object) -> None:
        super().__init__(body.get("message") or f"the server answered {status}")
        self.status = status
        self.reason: str = body.get("reason") or ""
        self.details: Object = body.get("details") or {}

    @property
    def is_outdated(self) -> bool:
        """Whether something was changed between our reading and writing it: trying again with a fresh one helps.

        A field that somebody else owns is a conflict, too, but stays one.
        """
        causes = [cause.get("reason") for cause in entries(self.details, "causes")]
        return self.reason == "Conflict" and "FieldManagerConflict" not in causes


class NoMatch(Exception):
    """The API server serves no such type (yet)."""

    def __init__(self, kind: GroupVersionKind) -> None:
        super().__init__(f'no matches for kind "{kind.kind}" in version "{kind.api_version}"')


class Unreachable(Exception):
    """No answer from the API server; whether it got the request isn't known."""


class Refused(Exception):
    """The operation is refused before or by the API server: the resource is as it was."""


class NotLive(Exception):
    """The object is in the cluster, but not as it should be.

    Attributes:
        live: the object as it was last seen.
        reasons: why, one line each: conditions, then pods with their containers and events.
    """

    def __init__(self, message: str, live: Object, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.live = live
        self.reasons = tuple(reasons)
