from collections.abc import Iterator

import pytest

from service.logs import current_trace
from tests.service.tracing.collectors import Collector, collecting


@pytest.fixture(autouse=True)
def of_this_test_alone() -> Iterator[None]:
    """Where a request begins outside of a task of its own, the lines of all later tests would carry its trace."""
    token = current_trace.set(None)
    yield
    current_trace.reset(token)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """One that takes whatever comes."""
    with collecting() as found:
        yield found
