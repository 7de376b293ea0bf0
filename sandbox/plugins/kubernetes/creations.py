"""Remembers what is being created, so that an object is found again when the engine never heard of it.

The engine forgets a creation that was not answered, because this plugin was killed or the connection to the API
server broke. The object may be there all the same, and the next update would be told that its name is taken. So each
creation has a field manager of its own, which is written down before the API server is asked: an object that names
this manager is the one that was asked for, and any other is somebody else's.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox import files
from sandbox.plugins.kubernetes import field_managers
from sandbox.plugins.kubernetes.objects import Object


@dataclass(frozen=True)
class Creation:
    """One creation, from before the API server is asked.

    Attributes:
        file: where it is written down.
        manager: the name of the field manager that only this creation has.
        inputs: a digest of what is asked for; empty when it has been asked for with other inputs before.
        answered: whether the engine is told of the object. From then on the name is taken, by this very object; but
            an engine that is killed before it writes that down still asks for it by `Creations.manager`.
    """

    file: Path
    manager: str
    inputs: str
    answered: bool = False

    def write(self) -> None:
        """Write it down."""
        content = {"manager": self.manager, "inputs": self.inputs, "answered": self.answered}
        files.write(self.file, files.text(content))

    def answer(self) -> None:
        """Note that the engine is told of the object."""
        replace(self, answered=True).write()

    def forget(self) -> None:
        """Forget it, because there is no such object."""
        self.file.unlink(missing_ok=True)


class Creations:
    """All creations of one PULUMI_HOME.

    Args:
        folder: a file per object, made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, urn: str, identity: str, wanted: Object) -> Creation:
        """The creation of an object, written down: one that was begun before and never answered, else a new one."""
        file, known = self._file(urn, identity), self._read(urn, identity)
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        if known.get("answered") is False:
            creation = Creation(file, known["manager"], digest if known["inputs"] == digest else "")
        else:
            creation = Creation(file, field_managers.new_name(), digest)
        creation.write()
        return creation

    def manager(self, urn: str, identity: str) -> str:
        """The field manager under which we created an object or were about to; empty when we weren't."""
        return self._read(urn, identity).get("manager", "")

    def forget(self, urn: str, identity: str) -> None:
        """Forget the creation of an object that is gone."""
        self._file(urn, identity).unlink(missing_ok=True)

    def _read(self, urn: str, identity: str) -> dict[str, Any]:
        try:
            return json.loads(self._file(urn, identity).read_text())
        except FileNotFoundError:
            return {}

    def _file(self, urn: str, identity: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{urn} {identity}'.encode()).hexdigest()}.json"
