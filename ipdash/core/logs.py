"""Structured logs: one JSON object a line on stderr, with the request's number on every line that belongs to it."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_number: ContextVar[str] = ContextVar("request_number", default="")


class RequestFilter(logging.Filter):
    """Adds the number of the request being answered, so that an error page's number finds its lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_number = request_number.get()
        return True


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, request number and whatever `extra={"data": {...}}` carries."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        number = getattr(record, "request_number", "")
        if number:
            line["request"] = number
        line.update(getattr(record, "data", {}))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
