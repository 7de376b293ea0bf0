import json
import logging
import sys

import pytest

from service import logs
from service.logs import JsonFormatter, current_request, current_trace


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("service.x", logging.WARNING, "x.py", 1, message, arguments, None)


def line(of: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter().format(of)
    assert "\n" not in text
    return json.loads(text)


def test_a_line_is_one_json_object() -> None:
    found = line(record("lost %s\nof %d", "one", 2))
    assert str(found.pop("time")).endswith("+00:00")
    assert found == {"level": "WARNING", "logger": "service.x", "message": "lost one\nof 2"}


def test_a_line_carries_the_requests_id() -> None:
    token = current_request.set(b"abc")
    assert line(record("x"))["request_id"] == "abc"
    current_request.reset(token)
    assert "request_id" not in line(record("x"))


def test_a_line_carries_the_requests_trace() -> None:
    token = current_trace.set({"trace_id": "a", "span_id": "b"})
    found = line(record("x"))
    assert (found["trace_id"], found["span_id"]) == ("a", "b")
    current_trace.reset(token)
    assert not {"trace_id", "span_id"} & line(record("x")).keys()


def test_what_is_passed_beside_the_message_is_in_the_line() -> None:
    of = record("x")
    of.status, of.odd = 500, object
    assert line(of)["status"] == 500
    assert line(of)["odd"] == "<class 'object'>"


def test_an_exception_is_in_the_line() -> None:
    of = record("x")
    try:
        raise ValueError("the cause")
    except ValueError:
        of.exc_info = sys.exc_info()
    assert "the cause" in str(line(of)["exception"])


def test_every_logger_writes_json_lines_to_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    logs.configure("INFO")
    logging.getLogger("uvicorn.error").info("hello")
    logging.getLogger("other").debug("not this")
    captured = capsys.readouterr()
    assert json.loads(captured.err)["message"] == "hello"
    assert captured.out == ""
