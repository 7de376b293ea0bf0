"""What all tests share: how they are collected."""

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without garbage collection.

    pytest rewrites each test module's syntax tree, and a finalizer that runs in the middle of that makes Python before
    3.11.8 fail now and then with "AST constructor recursion depth mismatch" (cpython issue 106905).
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
