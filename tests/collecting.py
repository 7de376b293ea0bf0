"""Loads plugins and collects tests without garbage collection, and has little of it afterwards.

pytest rewrites the syntax tree of each test module and of its plugins' modules, and a finalizer that runs in the middle
of that makes Python before 3.11.8 fail now and then with "AST constructor recursion depth mismatch" (cpython issue
106905). pyproject.toml names this module, so that pytest imports it before other plugins.

A full collection looks at every object there is, and after a few thousand tests there are a million: with Python's own
thresholds it took a third of the time of a worker (137 of 423 s of processor time, in 104 full collections).
"""

import gc
from collections.abc import Generator
from typing import Final

import pytest

THRESHOLDS: Final = (10_000, 10, 5)
gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
