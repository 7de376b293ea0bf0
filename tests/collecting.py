"""Loads plugins and collects tests without garbage collection, and leaves what that made out of later ones.

pytest rewrites the syntax tree of each test module and of its plugins' modules, and a finalizer that runs in the middle
of that makes Python before 3.11.8 fail now and then with "AST constructor recursion depth mismatch" (cpython issue
106905). pyproject.toml names this module, so that pytest imports it before other plugins.
"""

import gc
from collections.abc import Generator

import pytest

gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
