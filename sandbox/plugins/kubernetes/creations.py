"""Remembers what is being created, so that an object is found again when the engine never heard of it.

The engine forgets a creation that was not answered, because this plugin was killed or the connection to the API
server broke. The object may be there all the same, and the next update would be told that its name is taken. So each
creation has a field manager of its own, which is written down before the API server is asked: an object that names
this manager is the one that was asked for, and any other is somebody else's.
"""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sandbox import files
from sandbox.plugins.kubernetes import field_managers
from sandbox.plugins.kubernetes.objects import Object, at, entries


@dataclass(frozen=True)
class Creation:
    """One creation, from before the API server is asked.

    Attributes:
        manager: the name of the field manager that only this creation has.
        inputs: a digest of what is asked for; empty when it has been asked for with other inputs before.
        begun: when it was asked for first, in seconds since 1970.
        answered: whether the engine is told of the object. From then on the name is taken, by this very object; but
            an engine that is killed before it writes that down still asks for it by `Creations.find`.
    """

    manager: str
    inputs: str
    begun: int
    answered: bool = False

    def made(self, live: Object) -> bool:
        """Whether a live object is the one that was asked for."""
        if managers := entries(live, "metadata", "managedFields"):
            return any(entry.get("manager") == self.manager for entry in managers)
        # Of an object that has a name and nothing else, nobody manages a field.
        since = at(live, "metadata", "creationTimestamp")
        return since is not None and datetime.fromisoformat(since).timestamp() >= self.begun


class Creations:
    """All creations of one PULUMI_HOME.

    Args:
        folder: a file per object, made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, urn: str, identity: str, wanted: Object) -> Creation:
        """The creation of an object, written down: one that was begun before and never answered, else a new one."""
        known = self.find(urn, identity)
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        if known and not known.answered:
            creation = replace(known, inputs=digest if known.inputs == digest else "")
        else:
            creation = Creation(field_managers.new_name(), digest, int(time.time()))
        self._write(urn, identity, creation)
        return creation

    def find(self, urn: str, identity: str) -> Creation | None:
        """The creation of an object that we were asked for, whatever became of it."""
        try:
            return Creation(**json.loads(self._file(urn, identity).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            # None, or one of another version's: then an object of that name counts as somebody else's, which is safe.
            return None

    def answer(self, urn: str, identity: str, creation: Creation) -> None:
        """Note that the engine is told of the object."""
        self._write(urn, identity, replace(creation, answered=True))

    def forget(self, urn: str, identity: str) -> None:
        """Forget the creation of an object that isn't there."""
        self._file(urn, identity).unlink(missing_ok=True)

    def _write(self, urn: str, identity: str, creation: Creation) -> None:
        files.write(self._file(urn, identity), files.text(asdict(creation)))

    def _file(self, urn: str, identity: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{urn} {identity}'.encode()).hexdigest()}.json"
