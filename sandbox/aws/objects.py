"""Makes moto's S3 keep the bodies of objects and of uploaded parts in files, and only their digests in memory."""

import functools
import hashlib
import threading
from collections.abc import Callable
from typing import Any

from moto.s3 import models
from moto.s3.models import FakeKey

from sandbox.aws.bodies import Bodies, Content


def kept_in(bodies: Bodies) -> None:
    """Change moto, for the whole process, so that what it puts into S3 is kept in `bodies`.

    moto holds a body in a buffer of the key, and a pickled key carries it. Here a key has the attribute `body`, the
    digest, and its `value` is a view of the file.
    """

    def value(key: Any) -> bytes | Content:
        return bodies.open(key.body)

    def keep(key: Any, content: bytes | Content) -> None:
        key.body = bodies.keep(content)
        key.contentsize = len(content)
        if key._etag is None:  # moto finds it out later, from the buffer
            key._etag = hashlib.md5(content, usedforsecurity=False).hexdigest()

    def restore(key: Any, state: dict[str, Any]) -> None:
        attributes: dict[str, Any] = key.__dict__
        attributes.update(state)
        key.lock = threading.Lock()
        bodies.refer(key.body, key.contentsize)

    replacements: dict[str, Any] = {
        "value": property(value, keep),
        "__getstate__": _state,
        "__setstate__": restore,
        # The body outlives the key, for others may share it.
        "dispose": _nothing,
        "__del__": _nothing,
    }
    for name, replacement in replacements.items():
        setattr(FakeKey, name, replacement)
    # moto asks every version of an object for it, and forgets that those which mark a deletion are no keys.
    setattr(models.FakeDeleteMarker, "dispose", _nothing)  # noqa: B010 (it has none)
    # Nobody changes one in place, and one that all keys share is pickled once.
    canned: Callable[[str], Any] = functools.cache(models.get_canned_acl)
    models.get_canned_acl = canned


def _state(key: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = key.__dict__
    return {name: value for name, value in attributes.items() if name not in {"_value_buffer", "lock"}}


def _nothing(*_: Any, **__: Any) -> None:
    """What is left to do when a key is disposed of."""
