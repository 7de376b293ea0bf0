"""Finds where objects of a type live on the API server, and remembers it."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote

from sandbox.plugins.kubernetes.errors import ApiError, NoMatch
from sandbox.plugins.kubernetes.objects import GroupVersionKind, Object, entries


@dataclass(frozen=True)
class Endpoint:
    """The collection that holds the objects of one type."""

    group: str
    version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        """The URL path of one object, or of all in a namespace when `name` is empty."""
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if self.namespaced:
            parts += ["namespaces", quote(namespace or "default")]
        parts += [self.plural, quote(name)] if name else [self.plural]
        return "/".join(parts)


class Discovery:
    """One request per group and version, on first use, and again for a kind that isn't known."""

    def __init__(self, fetch: Callable[[str], Object]) -> None:
        self._fetch = fetch
        self._known: dict[GroupVersionKind, Endpoint] = {}
        self._lock = Lock()

    def endpoint(self, kind: GroupVersionKind) -> Endpoint:
        """Where objects of `kind` live.

        Raises:
            NoMatch: the server serves no such type.
        """
        if known := self._known.get(kind):
            return known
        with self._lock:
            if kind not in self._known:
                self._learn(kind)
            if kind in self._known:
                return self._known[kind]
        raise NoMatch(kind)

    def forget(self) -> None:
        """Ask again from now on, because a CustomResourceDefinition came or changed."""
        with self._lock:
            self._known.clear()

    def _learn(self, kind: GroupVersionKind) -> None:
        path = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        try:
            found = self._fetch(path)
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 (not found)
                return
            raise
        for entry in entries(found, "resources"):
            if "/" not in entry["name"]:  # else a subresource
                known = GroupVersionKind(kind.group, kind.version, entry["kind"])
                self._known[known] = Endpoint(kind.group, kind.version, entry["name"], entry["namespaced"])
