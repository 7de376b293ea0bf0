import ast
import json
import logging
import re
import sys
from pathlib import Path

import pytest

from service import logs
from service.logs import JsonFormatter, current_request, current_trace
from tests.pages import quoted, table

PAGE = "logs-and-traces.md"
SERVICE = Path(logs.__file__).parent


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


def test_the_page_has_every_field_that_a_line_can_have() -> None:
    with_all = record("x")
    try:
        raise ValueError
    except ValueError:
        with_all.exc_info = sys.exc_info()
    tokens = current_request.set(b"abc"), current_trace.set({"trace_id": "a", "span_id": "b"})
    standard = line(with_all)
    current_request.reset(tokens[0])
    current_trace.reset(tokens[1])
    told = [(name, row["type"].split(", ")) for row in table(PAGE, "## Fields") for name in quoted(row["field"])]
    assert [name for name, _ in told[: len(standard)]] == list(standard)
    assert {kind for _, kinds in told[: len(standard)] for kind in kinds} == {"text"}
    passed = {field for _, _, _, fields in said() for field in fields} - {"exception"}
    assert {name for name, _ in told[len(standard) :]} == passed
    assert {kind for _, kinds in told for kind in kinds} == {"text", "number"}


def test_the_page_has_every_line_that_the_service_can_say() -> None:
    told = {
        (quoted(row["logger"])[0], row["level"].split()[0], quoted(row["message"])[0], frozenset(quoted(row["fields"])))
        for row in table(PAGE, "## Lines")
    }
    assert told == said()


def said() -> set[tuple[str, str, str, frozenset[str]]]:
    """Logger, level, message and fields of each call of a logger in the service's code."""
    found: set[tuple[str, str, str, frozenset[str]]] = set()
    for path in SERVICE.rglob("*.py"):
        name = f"service.{'.'.join(path.relative_to(SERVICE).with_suffix('').parts)}"
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name("_log"), attr=method)) if method != "isEnabledFor":
                    found.add((name, *_said(method, node)))
                case _:
                    pass
    assert found
    return found


def _said(method: str, call: ast.Call) -> tuple[str, str, frozenset[str]]:
    passed = {keyword.arg: keyword.value for keyword in call.keywords}
    fields = {"exception"} if method == "exception" or "exc_info" in passed else set[str]()
    if "extra" in passed:
        extra = passed["extra"]
        assert isinstance(extra, ast.Dict), "written where it is said, so that it can be found"
        fields |= {ast.literal_eval(key) for key in extra.keys if key}
    # The level is an expression where there are two: the page names the one that is worth a look first.
    level = {"exception": "ERROR", "log": "WARNING"}.get(method, method.upper())
    message = ast.literal_eval(call.args[1 if method == "log" else 0])
    return level, re.sub("%[sd]", "…", message), frozenset(fields)
