"""What is made of the rounds, and what is told when they can't be taken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.__main__ import FLOOR, SERVICE, Measured, summary, table
from benchmarks.wrk import Round


def measured(requests: float, alone: float = 1.0) -> Measured:
    busy = Round(requests=requests, p50=1000 / requests, p99=2000 / requests, count=10)
    return Measured(busy=busy, alone=Round(requests=1, p50=alone, p99=1, count=10), processor=1e6 / requests)


ROUNDS = {FLOOR: [measured(each) for each in (100, 400, 200)], SERVICE: [measured(each) for each in (50, 10, 90)]}


def test_medians_of_the_rounds_are_told_and_the_share_of_the_floor() -> None:
    rows = summary(ROUNDS)
    assert [row["requests/s"] for row in rows.values()] == [200, 50]
    assert [row["of the floor"] for row in rows.values()] == [1, 0.25]
    assert rows[SERVICE]["p50 (ms)"] == 20
    assert rows[SERVICE]["processor (µs a request)"] == 20_000


def test_the_table_has_a_line_for_each_server() -> None:
    head, *lines = table(summary(ROUNDS)).splitlines()
    assert head.split()[0] == "server"
    assert [line.split()[0] for line in lines] == [FLOOR, SERVICE]
    assert [line.split()[-1] for line in lines] == ["1", "0.25"]
    assert len({len(line) for line in (head, *lines)}) == 1


def test_figures_are_written_where_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def take(*_: object) -> dict[str, object]:
        return {"servers": summary(ROUNDS)}

    monkeypatch.setattr(benchmarks, "take", take)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--json", str(tmp_path / "bench.json")])
    assert benchmarks.main() == 0
    assert json.loads((tmp_path / "bench.json").read_text())["servers"][SERVICE]["of the floor"] == 0.25
    assert SERVICE in capsys.readouterr().out


def test_without_wrk_it_is_told_how_to_get_it() -> None:
    program = [sys.executable, "-m", "benchmarks"]
    done = subprocess.run(
        program, cwd=benchmarks.CHECKOUT, env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "benchmarks: wrk is missing: `apt-get install wrk` (Debian and Ubuntu have it as a package)\n"
