"""How the server's log looks: one line or one JSON object a record, to standard error. Never a word of what a caller sent: not
even an error's message, which may quote it."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import datetime
from typing import Any

REQUESTS = logging.getLogger("planseek.requests")
REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request under way."""
FIELDS = ("method", "route", "status", "ms", "key")
"""What a record about a request has, in `extra`."""


class Plain(logging.Formatter):
    """A line a record, for people."""

    def format(self, record: logging.LogRecord) -> str:
        # Its message says method and route already.
        told = " ".join(f"{name}={value}" for name, value in _fields(record).items() if name not in ("method", "route"))
        return "\n".join(part for part in (f"{_time(record)} {record.levelname} {record.getMessage()} {told}".rstrip(), _thrown(record)) if part)


class Json(logging.Formatter):
    """A JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {"time": _time(record), "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        told |= _fields(record)
        if trace := _thrown(record):
            told["traceback"] = trace
        return json.dumps(told, ensure_ascii=False)


STYLES: dict[str, type[logging.Formatter]] = {"text": Plain, "json": Json}


def begin(style: str) -> None:
    """Send everything that this process logs to standard error in one style; the web server's own words too."""
    sink = logging.StreamHandler()
    sink.setFormatter(STYLES[style]())
    root = logging.getLogger()
    root.handlers[:] = [sink]
    root.setLevel(logging.WARNING)
    REQUESTS.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Its lines hold the query string.
    logging.getLogger("uvicorn.access").disabled = True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in FIELDS if getattr(record, name, "") != ""}
    if request := REQUEST.get():
        found = {"request": request, **found}
    return found


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _thrown(record: logging.LogRecord) -> str:
    """The errors of a record, the first cause first: where each arose and its kind, without its message."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    parts: list[str] = []
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(parts))
