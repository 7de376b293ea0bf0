"""One server's turn, and what is made of all turns: medians, because what disturbs the machine disturbs one of them."""

import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks import oha, servers, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.rounds import Round
from benchmarks.servers import FLOOR, Recipe, Server

CONNECTIONS: Final = 64
WARM_UP: Final = 2  # seconds
HALF: Final = 0.5
"""Share of a server's own maximum at which its latency is measured: where one would run it."""

BEARABLE: Final = 0.8
"""A fixed rate above this share of a server's maximum is not tried."""

Row = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How each turn goes.

    Attributes:
        seconds: of each part of it.
        rates: requests per second at which every server's latency is measured that can bear them.
        cores: of the machine: the server's, and the load generator's.
    """

    seconds: int
    rates: tuple[int, ...]
    cores: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One turn of one server.

    Attributes:
        busy: the closed loop over many connections.
        alone: one request at a time over one connection.
        start: seconds from the process's begin to its first answer.
        processor: microseconds of the core's time that a request took, busy.
        half: the open loop at half of a maximum; None if it didn't keep up.
        fixed: the open loop at the plan's rates, as far as it bears them.
    """

    busy: Round
    alone: Round
    processor: float
    start: float
    half: Round | None = None
    fixed: Mapping[int, Round | None] = field(default_factory=dict[int, Round | None])


def turn(recipe: Recipe, plan: Plan, half_of: float | None = None) -> Measured:
    """Start a server on the first core, ask it from the second, and end it.

    Args:
        recipe: of the server.
        plan: of the turn.
        half_of: requests per second, half of which are asked in the open loop; None: its own maximum.

    Raises:
        BenchmarkError: it doesn't answer, or not with predictions.
    """
    with servers.started(recipe, plan.cores[0]) as server:

        def ask(connections: int, seconds: int) -> Round:
            return wrk.run(server.port, recipe.question, connections=connections, seconds=seconds, core=plan.cores[1])

        ask(CONNECTIONS, WARM_UP)  # the slowest have not answered anybody by then
        _drained(server)
        before = server.processor_seconds()
        busy = ask(CONNECTIONS, plan.seconds)
        if not busy.count:
            raise BenchmarkError(f"{recipe.argv} answered nobody within {plan.seconds} s")
        processor = (server.processor_seconds() - before) / busy.count * 1e6
        _drained(server)
        return Measured(
            busy=busy,
            alone=ask(1, plan.seconds),
            processor=processor,
            start=server.start,
            half=_at(server, max(round(HALF * (half_of or busy.requests)), 1), plan),
            fixed={rate: _at(server, rate, plan) for rate in plan.rates if rate <= BEARABLE * busy.requests},
        )


def _drained(server: Server) -> None:
    # Whoever answers one after the other has calls left for clients that are gone, which are not the next round's.
    try:
        server.answer()
    except OSError as error:
        raise BenchmarkError(f"it answers nobody any more after a round: {error}") from None


def _at(server: Server, rate: int, plan: Plan) -> Round | None:
    try:
        return oha.run(server.port, server.question, rate=rate, seconds=plan.seconds, core=plan.cores[1])
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return None


def summary(turns: Mapping[str, Sequence[Measured]], base: str, rates: Iterable[int]) -> dict[str, Row]:
    """Medians of each server's turns, and its share of the base's requests."""

    def row(measured: Sequence[Measured]) -> Row:
        return {
            "requests/s": round(statistics.median(one.busy.requests for one in measured), 1),
            "p50 (ms)": round(statistics.median(one.busy.p50 for one in measured), 2),
            "p99 (ms)": round(statistics.median(one.busy.p99 for one in measured), 2),
            "processor (µs a request)": round(statistics.median(one.processor for one in measured), 1),
            "alone, p50 (ms)": round(statistics.median(one.alone.p50 for one in measured), 3),
            "start (s)": round(statistics.median(one.start for one in measured), 1),
            "half (requests/s)": _median([one.half for one in measured], lambda half: half.requests, 0),
            "half, p50 (ms)": _median([one.half for one in measured], lambda half: half.p50, 3),
            "half, p99 (ms)": _median([one.half for one in measured], lambda half: half.p99, 3),
            **{
                f"at {rate}/s, p99 (ms)": _median([one.fixed.get(rate) for one in measured], lambda it: it.p99, 3)
                for rate in rates
            },
        }

    rows = {name: row(measured) for name, measured in turns.items()}
    of, highest = share(base), rows[base]["requests/s"] or 1.0
    return {name: one | {of: round((one["requests/s"] or 0.0) / highest, 4)} for name, one in rows.items()}


def share(base: str) -> str:
    """The column that compares with the base."""
    return f"of the {base}" if base == FLOOR else f"of {base}"


def _median(rounds: Sequence[Round | None], what: Callable[[Round], float], digits: int) -> float | None:
    """Of those that kept up; None where most didn't."""
    kept = [what(one) for one in rounds if one is not None]
    return round(statistics.median(kept), digits) if 2 * len(kept) > len(rounds) else None
