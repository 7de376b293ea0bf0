"""How a server's turn goes, and what is made of all turns."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import oha, servers, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.measuring import Plan, summary, turn
from benchmarks.questions import ARTICLES, Question
from benchmarks.rounds import Round
from benchmarks.servers import FLOOR, SERVICE, Recipe
from tests.benchmarks.figures import TURNS, measured


def test_medians_of_the_turns_are_told_and_the_share_of_the_floor() -> None:
    rows = summary(TURNS, FLOOR, (10,))
    assert [row["requests/s"] for row in rows.values()] == [200, 50]
    assert [row["of the floor"] for row in rows.values()] == [1, 0.25]
    assert rows[SERVICE]["p50 (ms)"] == 20
    assert rows[SERVICE]["processor (µs a request)"] == 20_000
    assert rows[SERVICE]["half, p99 (ms)"] == 1.5
    assert rows[SERVICE]["at 10/s, p99 (ms)"] == 1.5


def test_a_rate_that_was_seldom_kept_has_no_latency() -> None:
    rows = summary(
        {SERVICE: [measured(50), measured(50, keeps_up=False), measured(50, keeps_up=False)]}, SERVICE, (10,)
    )
    assert rows[SERVICE]["half, p50 (ms)"] is None
    assert rows[SERVICE]["at 10/s, p99 (ms)"] is None
    assert rows[SERVICE]["of service"] == 1


RECIPE = Recipe(argv=("server",), folder=Path("/"))
PLAN = Plan(seconds=5, rates=(100, 300, 500), cores=(0, 1))


class FakeServer:
    """Takes 20 ms of the processor for each of its requests."""

    pid, port, question, start = 1, 8000, ARTICLES, 3.0
    used = 0.0

    def __init__(self, told: list[tuple[str, int]]) -> None:
        self.told = told

    def answer(self) -> bytes:
        self.told.append(("alone", 1))
        return b"{}"

    def processor_seconds(self) -> float:
        return self.used


@pytest.fixture
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the load generators are told: connections, or a rate; the closed loop finds so many requests per second."""
    rate: int = request.param
    told: list[tuple[str, int]] = []
    server = FakeServer(told)

    @contextmanager
    def started(recipe: Recipe, core: int) -> Generator[FakeServer]:
        assert (recipe, core) == (RECIPE, 0)
        yield server

    def closed(port: int, question: Question, *, connections: int, seconds: int, core: int) -> Round:
        assert (port, question, core) == (8000, ARTICLES, 1)
        told.append(("connections", connections))
        server.used += 0.02 * rate * seconds
        return Round(requests=rate, p50=1, p99=2, count=rate * seconds)

    def opened(port: int, question: Question, *, rate: int, seconds: int, core: int) -> Round:
        told.append(("rate", rate))
        if rate == 300:
            raise BenchmarkError("it didn't keep up")
        return Round(requests=rate, p50=1, p99=3, count=rate * seconds)

    fakes: list[tuple[Any, str, Any]] = [(servers, "started", started), (wrk, "run", closed), (oha, "run", opened)]
    for module, name, fake in fakes:
        monkeypatch.setattr(module, name, fake)
    return told


@pytest.mark.parametrize("asked", [400], indirect=True)
def test_a_turn_has_a_closed_loop_and_open_loops_at_what_the_server_bears(asked: list[tuple[str, int]]) -> None:
    found = turn(RECIPE, PLAN)
    # Between two rounds it answers once: what the round before has left is not measured with the next one.
    closed = [("connections", 64), ("alone", 1), ("connections", 64), ("alone", 1), ("connections", 1)]
    assert asked == [*closed, *(("rate", each) for each in (200, 100, 300))]
    assert found.processor == pytest.approx(20_000)
    assert found.half is not None
    assert found.half.requests == 200
    assert {rate: found.fixed[rate] is not None for rate in found.fixed} == {100: True, 300: False}


@pytest.mark.parametrize("asked", [400], indirect=True)
def test_the_floor_is_asked_at_half_of_what_the_service_bears(asked: list[tuple[str, int]]) -> None:
    turn(RECIPE, PLAN, half_of=1000)
    assert ("rate", 500) in asked


@pytest.mark.parametrize("asked", [0], indirect=True)
def test_a_server_that_answers_nobody_is_not_measured(asked: list[tuple[str, int]]) -> None:
    with pytest.raises(BenchmarkError, match="answered nobody within 5 s"):
        turn(RECIPE, PLAN)
    assert [what for what, _ in asked] == ["connections", "alone", "connections"]
