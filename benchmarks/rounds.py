"""What a load generator has to say of one run against one server."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Round:
    """One run.

    Attributes:
        requests: answered per second.
        p50: median latency in milliseconds.
        p99: 99th percentile, in milliseconds.
        count: requests in all.
    """

    requests: float
    p50: float
    p99: float
    count: int
