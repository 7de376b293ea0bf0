"""What the open loop found is a latency only at the rate that was asked for."""

import json
from typing import Any

import pytest

from benchmarks import oha
from benchmarks.errors import BenchmarkError


def told(statuses: dict[str, int], errors: dict[str, int] | None = None) -> bytes:
    found: dict[str, Any] = {
        "statusCodeDistribution": statuses,
        "errorDistribution": errors or {},
        "latencyPercentiles": {"p50": 0.0004, "p99": 0.0021},
    }
    return json.dumps(found).encode()


def test_a_rate_that_was_kept_has_its_latencies() -> None:
    found = oha.read(told({"200": 995}), rate=100, seconds=10)
    assert (found.requests, found.count) == (99.5, 995)
    assert (found.p50, found.p99) == pytest.approx((0.4, 2.1))


@pytest.mark.parametrize(
    "said",
    [told({"200": 900}), told({"200": 990, "503": 10}), told({"200": 990}, {"connection closed": 10}), told({})],
    ids=["too few", "refused", "lost", "none"],
)
def test_one_that_was_not_kept_has_none(said: bytes) -> None:
    with pytest.raises(BenchmarkError, match="100 requests/s"):
        oha.read(said, rate=100, seconds=10)
