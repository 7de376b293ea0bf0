"""Figures as a run would have taken them."""

from typing import Any

from benchmarks.measuring import Measured, summary
from benchmarks.rounds import Round
from benchmarks.servers import FLOOR, SERVICE


def measured(requests: float, alone: float = 1.0, *, keeps_up: bool = True) -> Measured:
    busy = Round(requests=requests, p50=1000 / requests, p99=2000 / requests, count=10)
    calm = Round(requests=requests / 2, p50=0.5, p99=1.5, count=10) if keeps_up else None
    return Measured(
        busy=busy,
        alone=Round(requests=1, p50=alone, p99=1, count=10),
        processor=1e6 / requests,
        start=3.0,
        half=calm,
        fixed={10: calm} if keeps_up else {},
    )


TURNS = {FLOOR: [measured(each) for each in (100, 400, 200)], SERVICE: [measured(each) for each in (50, 10, 90)]}


GATEWAY: dict[str, Any] = {
    "date": "2026-11-29",
    "requests/s": 1234.5,
    "p50 (ms)": 10.0,
    "p99 (ms)": 20.0,
    "alone, p50 (ms)": 1.5,
    "half (requests/s)": 617,
    "half, p50 (ms)": 2.0,
    "half, p99 (ms)": 4.0,
}


def found(service: float = 50) -> dict[str, Any]:
    """What is recorded when the service answers so many requests per second, and its floor 200."""
    turns = TURNS | {SERVICE: [measured(service)], "FastAPI": [measured(20, keeps_up=False)]}
    heavier = {SERVICE: [measured(30)], "FastAPI": [measured(20)]}
    return {
        "date": "2026-11-29",
        "machine": "x86_64, 2 cores",
        "generators": {"wrk": "4.1.0", "oha": "1.16.0"},
        "connections": 64,
        "rounds": 3,
        "seconds": 8,
        "models": {
            "small": {
                "call (ms)": 0.26,
                "load (s)": 1.8,
                "base": FLOOR,
                "servers": summary(turns, FLOOR, (10,)),
                "failed": {},
            },
            "50 ms": {
                "call (ms)": 48.0,
                "load (s)": 2.0,
                "base": "FastAPI",
                "servers": summary(heavier, "FastAPI", (10,)),
                "failed": {"article": ["it doesn't answer", "it ended"]},
            },
        },
    }
