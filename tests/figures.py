"""What a long test measured, kept in docs/figures."""

import json
import os
import platform
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

import pytest

from tests.infra.stacks import CHECKOUT

FOLDER: Final = CHECKOUT / "docs" / "figures"


@contextmanager
def recorded(session: pytest.Session, name: str, seed: int, whole: Iterable[str] = ()) -> Generator[dict[str, Any]]:
    """What is put in is written down when every test has passed, and all of `whole` and of the record before is there.

    So a record is of one run, and a run of some of the tests leaves it as it is.
    """
    file = FOLDER / f"{name}.json"
    found: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seed": seed,
    }
    try:
        yield found
    finally:
        print(json.dumps(found, indent=1))
    before: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if not session.testsfailed and found.keys() >= before.keys() | set(whole):
        file.write_text(json.dumps(found, indent=1) + "\n")
