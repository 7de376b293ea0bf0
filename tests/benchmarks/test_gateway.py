"""The gateway of a sandbox is asked like a server of ours, and nothing on other machines is."""

from typing import Any

import pytest

from benchmarks import gateway, oha, page, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.questions import Question
from benchmarks.rounds import Round
from tests.benchmarks import figures


def test_the_model_behind_it_is_asked_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str, dict[str, int]]] = []

    def run(port: int, question: Question, **how: Any) -> Round:
        asked.append((port, question.path, how))
        return Round(requests=400, p50=1, p99=2, count=10)

    monkeypatch.setattr(wrk, "run", run)
    monkeypatch.setattr(oha, "run", run)
    found = gateway.measured("http://127.0.0.1:30080/maintenance-predictor", 5, 1)
    assert found["requests/s"] == 400
    assert {(port, path) for port, path, _ in asked} == {(30080, "/maintenance-predictor/predict")}
    assert [how.get("connections", how.get("rate")) for *_, how in asked] == [64, 64, 1, 200]


@pytest.mark.parametrize("url", ["http://example.com:80/model", "http://127.0.0.1/model", "model"])
def test_other_machines_are_not_asked(url: str) -> None:
    with pytest.raises(BenchmarkError, match=r"127\.0\.0\.1"):
        gateway.measured(url, 5, 1)


def test_the_page_tells_it_with_its_own_date() -> None:
    assert "gateway" not in page.written(figures.found()).lower()
    text = page.written(figures.found() | {"gateway": figures.GATEWAY})
    assert "On 2026-11-29, the small model in the sandbox" in text
    assert "1,234 requests/s, p50 10 ms, p99 20 ms; alone 1.5 ms; at half of that 2 and 4 ms" in text
