from collections.abc import Iterator

import pytest

from tests.service.tracing.collectors import Collector, collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    """One that takes whatever comes."""
    with collecting() as found:
        yield found
