"""Log lines that cannot carry a name (R72), as text or as JSON.

The text of an exception may repeat what somebody typed, and a traceback shows source and values; so an error
is logged as its type and the places it came through. The errors of Kinfirst itself never hold a name and are
logged in full. Of a request the line has the pattern of its address: what was typed into it may be a name.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from typing import Any

from django.http import HttpRequest

from kinfirst.core.errors import BadInput, KinfirstError

FORMATS = ("text", "json")


def chosen(format: str) -> str:
    """Which of FORMATS the log is written in; text where nothing is set. Refuses (BadInput) anything else."""
    found = format.strip().lower() or FORMATS[0]
    if found not in FORMATS:
        raise BadInput(f"KINFIRST_LOG: one of {', '.join(FORMATS)}")
    return found


class Nameless(logging.Formatter):
    """`2026-03-01T05:37:00Z WARNING kinfirst.workers text`, and for an error its type and its frames."""

    def __init__(self) -> None:
        super().__init__("{asctime}Z {levelname} {name} {message}", "%Y-%m-%dT%H:%M:%S", style="{")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the lines of the error where there is one."""
        return super().format(_without_address(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is the standard library's
        """The type of the error and the files and lines it came through; no text, no values."""
        return "\n".join(_error(ei))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line, without any text an error handed over ready made."""
        record.exc_text = None
        return super().formatMessage(record)


class NamelessJson(Nameless):
    """The same, one JSON object a line: `at`, `level`, `logger`, `text`, and for an error `error`, a list of lines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        record = _without_address(record)
        line: dict[str, Any] = {
            "at": f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "text": record.getMessage(),
        }
        if error := _error(record.exc_info):
            line["error"] = error
        return json.dumps(line, ensure_ascii=False)


def _without_address(record: logging.LogRecord) -> logging.LogRecord:
    """The record, or for one about a request: what came of it, its method, the pattern of its address."""
    request = getattr(record, "request", None)
    if not isinstance(request, HttpRequest):
        return record
    match = request.resolver_match
    where = f"/{match.route}" if match is not None else "no address of this site"
    status = getattr(record, "status_code", "")
    return logging.makeLogRecord({**record.__dict__, "msg": f"{status} {request.method} {where}", "args": ()})


def _error(info: object) -> list[str]:
    if not isinstance(info, tuple) or info[1] is None:
        return []
    wrong = info[1]
    frames = traceback.extract_tb(wrong.__traceback__)
    text = f": {wrong}" if isinstance(wrong, KinfirstError) else ""
    kind = f"{type(wrong).__module__}.{type(wrong).__qualname__}{text}"
    return [kind, *(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
