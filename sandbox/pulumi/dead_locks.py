"""Removes locks that killed runs of Pulumi have left on a stack.

The file backend's locks never expire, and `pulumi cancel` removes every lock of a stack, a running one's
too. Here one is removed only if it is known to be dead: made on this machine by a process that is gone.
"""

import socket
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from sandbox.errors import EngineError, StackInUse
from sandbox.progress import console
from sandbox.state import State


class Lock(BaseModel):
    """The content of a lock file, as the backend writes it."""

    pid: int
    username: str
    hostname: str
    timestamp: datetime

    @property
    def owner(self) -> str:
        """Who holds the lock, for a message."""
        return f"{self.username}@{self.hostname}, process {self.pid}, since {self.timestamp:%Y-%m-%d %H:%M:%S %Z}"

    @property
    def dead(self) -> bool:
        """Whether its process is known to be gone. A process id may have been given to another program since."""
        if self.hostname != socket.gethostname():
            return False
        try:
            name, _, rest = Path(f"/proc/{self.pid}/stat").read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            return True
        # A zombie is a process that has ended, for whose end nobody has asked yet.
        return not name.startswith("pulumi") or rest.split()[0] == "Z"


def clear(state: State, project: str, stack: str) -> bool:
    """Remove the dead locks of a stack and tell which; returns whether there were any.

    Raises:
        EngineError: another run holds the stack.
    """
    cleared = False
    folder = state.pulumi / "backend" / ".pulumi" / "locks" / "organization" / project / stack
    for path in sorted(folder.glob("*.json")):
        try:
            lock = Lock.model_validate_json(path.read_bytes())
        except FileNotFoundError:  # its run has just ended
            continue
        except ValidationError as error:
            raise EngineError(f"the lock {path} is unreadable: if no update is running, remove it") from error
        if not lock.dead:
            raise StackInUse(f"{project}/{stack} is being updated by {lock.owner}: wait for it to end")
        path.unlink(missing_ok=True)
        cleared = True
        console.print(f"  removed the lock of a run that was killed ({lock.owner})")
    return cleared
