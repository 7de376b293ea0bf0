"""What is written in AWS's documents."""

import json
from typing import Any

from tests.infra.values import Object


def statements(resource: Object, key: str = "policy") -> list[Any]:
    """The statements of the document at a key."""
    return json.loads(resource[key])["Statement"]


def statement(resource: Object, sid: str, key: str = "policy") -> Any:
    """The one with this id."""
    (found,) = [one for one in statements(resource, key) if one.get("Sid") == sid]
    return found
