import json

import pytest

from slipway.monitoring.access import Access, Answer
from slipway.monitoring.prometheus import Prometheus, Unanswered
from tests.infra.values import Object
from tests.slipway.monitoring.conftest import NOON


def prometheus(status: int, content: object) -> Prometheus:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Prometheus(Access("it", lambda path, asked: Answer(status, raw)))


def success(data: object) -> Prometheus:
    return prometheus(200, {"status": "success", "data": data})


def test_lines_have_their_samples_and_nothing_where_there_is_no_number() -> None:
    values = [[1, "0.5"], [2.5, "NaN"], [3, "+Inf"], [4, "1e3"]]
    answer = success({"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": values}]})
    [line] = answer.over("q", 1, 4, 1)
    assert line.labels == {"a": "b"}
    assert line.samples == [(1, 0.5), (2.5, None), (3, None), (4, 1000)]


def test_native_histograms_are_left_out() -> None:
    histogram: Object = {"metric": {}, "histogram": [1, {"count": "1", "sum": "1"}]}
    assert success({"resultType": "vector", "result": [histogram]}).now("q", 1) == []
    ranged: Object = {"metric": {}, "histograms": [[1, {"count": "1", "sum": "1"}]]}
    assert [one.samples for one in success({"resultType": "matrix", "result": [ranged]}).over("q", 1, 2, 1)] == [[]]


def test_alerts_say_since_when() -> None:
    alert = {
        "labels": {"alertname": "A"},
        "state": "firing",
        "activeAt": "2026-11-29T11:00:07.123456789Z",
        "value": "1",
    }
    [found] = success({"alerts": [alert]}).alerts()
    assert found.annotations == {}
    assert found.since.replace(microsecond=0) == NOON


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (400, {"status": "error", "errorType": "bad_data", "error": "parse error"}, "it answers 400: parse error"),
        (403, {"kind": "Status", "message": "user may not"}, "it answers 403: user may not"),
        (502, b"<html>Bad Gateway</html>", "it answers 502: <html>Bad Gateway</html>"),
        (500, b"", "it answers 500: nothing more"),
        (500, b"x" * 1000, f"it answers 500: {'x' * 300}"),
        (200, b"<html>", "it answers /api/v1/query, but not as a Prometheus does: is it one?"),
        (200, {"status": "success", "data": {"resultType": "scalar", "result": [1, "1"]}}, "not as a Prometheus does"),
        (200, {"status": "success"}, "not as a Prometheus does"),
    ],
)
def test_what_is_no_answer_is_told(status: int, content: object, why: str) -> None:
    with pytest.raises(Unanswered) as told:
        prometheus(status, content).now("q", 1)
    assert why in str(told.value)
    assert len(str(told.value)) < 400
