"""Pages as log lines, so that the first one is seen without any set-up; and the only way of an exercise (R68)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kinfirst.channels.port import Letter, Outcome

_log = logging.getLogger("kinfirst.pages")


class LogParcel:
    """One line, ready to be written."""

    def __init__(self, line: str, write: Callable[[str], None]) -> None:
        self._line, self._write = line, write

    @property
    def wire(self) -> bytes:
        """The line."""
        return self._line.encode()

    def carry(self) -> Outcome:
        """Writes it."""
        self._write(self._line)
        return Outcome(state="taken", result="written to the log")


class LogChannel:
    """Writes pages and notices to the log; the text says itself when it is an exercise."""

    reaches = ""

    def __init__(self, write: Callable[[str], None] = _log.info) -> None:
        self._write = write

    def pack(self, letter: Letter) -> LogParcel:
        """One line: kind, for whom, what."""
        line = " ".join(f"{letter.kind} for {letter.to}: {letter.text}".split())
        return LogParcel(line, self._write)
