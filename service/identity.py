"""What every answer says of itself: which request it answers, and which model and release answered.

In a canary two versions answer, and who looks into an error wants to know whose it was.
"""

import os
import re
from itertools import count
from typing import Final

from service.settings import Settings

REQUEST_ID: Final = b"x-request-id"

_GIVEN: Final = re.compile(rb"[\w.:/+=-]{1,128}", re.ASCII)
_numbers: Final = count()
_prefix: Final = os.urandom(10).hex().encode()  # of this process; together as long as a UUID


def request_id(given: bytes | None) -> bytes:
    """The client's own id for its request if that is one, otherwise a new one."""
    return given if given and _GIVEN.fullmatch(given) else new_request_id()


def new_request_id() -> bytes:
    """An id that no other request has."""
    return b"%s%012x" % (_prefix, next(_numbers))


def headers(settings: Settings) -> list[tuple[str, str]]:
    """What every answer carries, errors too."""
    return [
        ("X-Model-Version", settings.model_version),
        ("X-Model-Manifest", settings.model_manifest),
        ("X-Slipway-Release", settings.release),
    ]
