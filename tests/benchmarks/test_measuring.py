"""What is made of the turns."""

from benchmarks.measuring import summary
from benchmarks.servers import FLOOR, SERVICE
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
