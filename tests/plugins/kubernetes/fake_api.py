"""An API server in a dictionary, as far as creating and updating go, that breaks off or refuses when a test says so."""

import copy
from collections.abc import Iterable
from typing import Any

from sandbox.plugins.kubernetes.discovery import Discovery
from sandbox.plugins.kubernetes.errors import ApiError, Unreachable

Object = dict[str, Any]
BROKEN_OFF = Unreachable("the connection broke off")
OUTDATED = ApiError(409, {"reason": "Conflict", "message": "the object has been modified; please apply your changes"})


def refused(status: int, reason: str, **body: Any) -> ApiError:
    return ApiError(status, {"reason": reason, "message": f"that is {reason}", **body})


class FakeApi:
    """Keeps objects by name.

    Attributes:
        objects: what there is, as a test put it there or a call left it.
        after: errors that the next writes end with although they were done, in this order.
        instead: errors that the next writes end with and do nothing.
        calls: what was called, in order, each as method and field manager.
    """

    def __init__(self, *objects: Object) -> None:
        self.objects = {obj["metadata"]["name"]: obj for obj in objects}
        self.after: list[Exception] = []
        self.instead: list[Exception] = []
        self.calls: list[tuple[str, str]] = []
        self.discovery = Discovery(lambda _: {})

    def get(self, obj: Object, name: str = "") -> Object:
        found = self.objects.get(name or obj["metadata"]["name"])
        if found is None:
            raise refused(404, "NotFound")
        return copy.deepcopy(found)

    def create(self, obj: Object, **query: str) -> Object:
        return self._written("create", obj, query["fieldManager"], "Update", new=True)

    def apply(self, obj: Object, manager: str, *, force: bool, **query: str) -> Object:
        return self._written("apply", obj, manager, "Apply")

    def replace(self, obj: Object, **query: str) -> Object:
        return self._written("replace", obj, query["fieldManager"], "Update")

    def patch(self, obj: Object, body: list[Object], kind: str, **query: str) -> Object:
        """Only what a take-over sends."""
        managed = next(each["value"] for each in body if each["path"].endswith("managedFields"))
        self._call("patch", managed[0]["manager"])
        self.objects[obj["metadata"]["name"]]["metadata"]["managedFields"] = managed
        return self.get(obj)

    def endpoint(self, obj: Object) -> bool:
        return True

    def _written(self, method: str, obj: Object, manager: str, operation: str, *, new: bool = False) -> Object:
        self._call(method, manager)
        name, entry = obj["metadata"]["name"], {"manager": manager, "operation": operation}
        if new and name in self.objects:
            raise refused(409, "AlreadyExists")
        before = self.objects.get(name, {}).get("metadata", {})
        entries = [each for each in before.get("managedFields", []) if each != entry]
        metadata = {"uid": "1", "resourceVersion": "1", **before, **obj["metadata"], "managedFields": [*entries, entry]}
        self.objects[name] = {**copy.deepcopy(obj), "metadata": metadata}
        if self.after:
            raise self.after.pop(0)
        return self.get(obj)

    def _call(self, method: str, manager: str) -> None:
        self.calls.append((method, manager))
        if self.instead:
            raise self.instead.pop(0)


def managers(obj: Object) -> Iterable[str]:
    """Who has written the object."""
    return [entry["manager"] for entry in obj["metadata"]["managedFields"]]
