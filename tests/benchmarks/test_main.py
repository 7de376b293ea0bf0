"""What is told and written, and what is said when nothing can be measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import gateway
from benchmarks.__main__ import FLOOR, SERVICE, table
from benchmarks.errors import BenchmarkError
from benchmarks.servers import CHECKOUT
from tests.benchmarks import figures


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the figures are, beside which there are others now."""
    kept = tmp_path / "docs" / "figures" / "bench.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(figures.found(50)))
    monkeypatch.setattr(benchmarks, "FIGURES", kept)

    def take(_: object) -> dict[str, object]:
        return figures.found(25)

    monkeypatch.setattr(benchmarks, "take", take)
    return kept


def test_the_table_has_a_line_for_each_server() -> None:
    head, *lines = table(figures.found()["models"]["small"]["servers"]).splitlines()
    assert head.split()[0] == "server"
    assert [line.split()[0] for line in lines] == [FLOOR, SERVICE, "FastAPI"]
    assert [line.split()[-1] for line in lines] == ["1", "0.25", "0.1"]
    assert len({len(line) for line in (head, *lines)}) == 1


def test_what_moved_is_told_and_nothing_is_written(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    assert benchmarks.main() == 0
    assert "small, service, requests/s of the floor: 0.25 was recorded, 0.125 now (-50%)" in capsys.readouterr().out
    assert json.loads(recorded.read_text()) == figures.found(50)
    assert list(recorded.parent.iterdir()) == [recorded]


def test_figures_page_and_plot_are_written_when_that_is_wanted(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record"])
    assert benchmarks.main() == 0
    assert json.loads(recorded.read_text()) == figures.found(25)
    assert "(figures/bench.svg)" in (recorded.parents[1] / "benchmarks.md").read_text()
    assert recorded.with_suffix(".svg").read_text().startswith("<svg")


def test_what_was_found_behind_the_gateway_is_kept_until_it_is_asked_again(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.write_text(json.dumps(figures.found(50) | {"gateway": figures.GATEWAY}))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record"])
    assert benchmarks.main() == 0
    found = json.loads(recorded.read_text())
    assert found == figures.found(25) | {"gateway": figures.GATEWAY}

    def measured(url: str, seconds: int, core: int) -> dict[str, Any]:
        assert (url, seconds) == ("http://127.0.0.1:30080/model", 5)
        return {**figures.GATEWAY, "date": "2026-11-30"}

    def take(_: object) -> None:
        pytest.fail("what a sandbox does beside them would be in the figures of all servers")

    monkeypatch.setattr(gateway, "measured", measured)
    monkeypatch.setattr(benchmarks, "take", take)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record", "--gateway", "http://127.0.0.1:30080/model"])
    assert benchmarks.main() == 0
    assert json.loads(recorded.read_text()) == found | {"gateway": figures.GATEWAY | {"date": "2026-11-30"}}


def test_a_peer_that_fails_is_noted_and_ours_ends_all(capsys: pytest.CaptureFixture[str]) -> None:
    failed: dict[str, list[str]] = {"article": []}
    with benchmarks.noted("article", failed):
        raise BenchmarkError("it ended")
    assert failed == {"article": ["it ended"]}
    assert capsys.readouterr().err == "benchmarks: article: it ended\n"
    with pytest.raises(BenchmarkError), benchmarks.noted(SERVICE, failed):
        raise BenchmarkError("it ended, too")


def test_the_gateway_is_not_recorded_alone(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.unlink()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record", "--gateway", "http://127.0.0.1:30080/model"])
    with pytest.raises(SystemExit):
        benchmarks.main()


@pytest.mark.parametrize("part", [["--only", "FastAPI"], ["--weight", "small"], ["--against", "/elsewhere"]])
def test_a_part_is_not_recorded(part: list[str], recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record", *part])
    with pytest.raises(SystemExit):
        benchmarks.main()
    assert json.loads(recorded.read_text()) == figures.found(50)


def test_without_wrk_it_is_told_how_to_get_it() -> None:
    program = [sys.executable, "-m", "benchmarks"]
    done = subprocess.run(program, cwd=CHECKOUT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "benchmarks: wrk is missing: `apt-get install wrk` (Debian and Ubuntu have it as a package)\n"
