"""Follows a list of the API server, and has somebody act on it whenever something in it changes."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from sandbox.eks.api import Api, ApiError

Object: TypeAlias = dict[str, Any]
PAUSE: Final = 1.0  # seconds until it is tried again


class Following(threading.Thread):
    """Follows until the process ends. Whoever acts gets all objects each time, and changes what differs."""

    def __init__(self, api: Api, path: str, act: Callable[[Sequence[Object]], None]) -> None:
        super().__init__(daemon=True)
        self._api = api
        self._path = path
        self._act = act
        self.trouble: str | None = f"{path} was not listed yet"
        """Why it does not work, or None."""

    def run(self) -> None:
        """Follow."""
        while True:
            try:
                self.once()
            except (ApiError, OSError) as error:
                self.trouble = str(error)
                print(f"error: {error}", file=sys.stderr, flush=True)
                time.sleep(PAUSE)

    def once(self) -> None:
        """List, and follow what changes until the server ends the watch.

        Raises:
            ApiError: the server can't be reached, or refuses.
            OSError: whoever acts can't.
        """
        listed = self._api.call("GET", self._path)
        known: dict[str, Object] = {one["metadata"]["uid"]: one for one in listed["items"]}
        self._act(list(known.values()))
        self.trouble = None
        for change in self._api.changes(self._path, listed["metadata"]["resourceVersion"]):
            found = change["object"]
            if change["type"] == "ERROR":  # what came since is forgotten there
                return
            if change["type"] == "DELETED":
                known.pop(found["metadata"]["uid"], None)
            else:
                known[found["metadata"]["uid"]] = found
            self._act(list(known.values()))
