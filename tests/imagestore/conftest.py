"""What these tests share."""

from collections.abc import Generator

import pytest

from tests.imagestore.registry import Fake, serving


@pytest.fixture
def registry() -> Generator[Fake]:
    """A registry of the test's own."""
    with serving(Fake()) as found:
        yield found
