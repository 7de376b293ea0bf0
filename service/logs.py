"""Logs as JSON, one object per line on standard error, with the request's id where there is a request."""

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

import orjson

current_request: ContextVar[bytes] = ContextVar("current_request", default=b"")
"""Id of the request that is being answered."""

current_trace: ContextVar[Mapping[str, str] | None] = ContextVar("current_trace", default=None)
"""`trace_id`, and `span_id` where it is recorded, of a request that is part of a trace."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, the request's id and trace, and whatever was passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := current_request.get():
            line["request_id"] = current.decode()
        line |= current_trace.get() or {}
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def configure(level: str) -> None:
    """Send every logger's lines of `level` and above to standard error; uvicorn's own handlers are not used."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
