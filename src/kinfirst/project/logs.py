"""Log lines that cannot carry a name (R72).

The text of an exception may repeat what somebody typed, and a traceback shows source and values; so an error
is logged as its type and the places it came through. The errors of Kinfirst itself never hold a name and are
logged in full.
"""

from __future__ import annotations

import logging
import time
import traceback

from kinfirst.core.errors import KinfirstError


class Nameless(logging.Formatter):
    """`2026-03-01T05:37:00Z WARNING kinfirst.workers text`, and for an error its type and its frames."""

    def __init__(self) -> None:
        super().__init__("{asctime}Z {levelname} {name} {message}", "%Y-%m-%dT%H:%M:%S", style="{")
        self.converter = time.gmtime

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is the standard library's
        """The type of the error and the files and lines it came through; no text, no values."""
        if not isinstance(ei, tuple) or ei[1] is None:
            return ""
        wrong = ei[1]
        frames = traceback.extract_tb(wrong.__traceback__)
        lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        text = f": {wrong}" if isinstance(wrong, KinfirstError) else ""
        return "\n".join([f"{type(wrong).__module__}.{type(wrong).__qualname__}{text}", *lines])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line, without any text an error handed over ready made."""
        record.exc_text = None
        return super().formatMessage(record)
