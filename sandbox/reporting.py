"""Ends a command that can't go on with one line: what is wrong, and what to do about it."""

import errno
import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, NoReturn

from rich.text import Text

from sandbox.errors import SandboxError
from sandbox.progress import console

FAILED: Final = 1
INTERRUPTED: Final = 128 + signal.SIGINT  # as shells have it
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def reported() -> Generator[None]:
    """Tell people what goes wrong inside, after the end of the log that shows why, and end the program.

    Raises:
        SystemExit: something did.
    """
    try:
        yield
    except SandboxError as error:
        if error.log:
            console.print(Text(error.log, style="dim"))
        _end(str(error), FAILED)
    except OSError as error:
        _end(_line(error), FAILED)
    except KeyboardInterrupt:
        _end("interrupted: run the same again, and it goes on from what is complete", INTERRUPTED)


def _line(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    remedy = "free some disk" if error.errno in _FULL else "run this again once the cause is gone"
    return f"{where}{error.strerror or error}: {remedy}"


def _end(line: str, code: int) -> NoReturn:
    console.print(Text(f"error: {line}", style="red"))
    raise SystemExit(code) from None
