"""Reading one table of a scenario file key by key; what does not fit is noted, and reading goes on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from kinfirst.policies.values import kind_of
from kinfirst.scenarios.problems import Path, Problems, did_you_mean, quoted

TEXT = 2_000
LIST = 10_000


class Table:
    """One table: every getter takes a key, answers its value or a default, and notes what is wrong."""

    def __init__(self, raw: dict[str, Any], path: Path, problems: Problems) -> None:
        self.raw, self.path, self.problems = raw, path, problems
        self._known: list[str] = []

    def wrong(self, key: str, what: str, right: str) -> None:
        """Notes a problem at that key, or at the table itself for an empty key."""
        self.problems.add((*self.path, key) if key else self.path, what, right)

    def text(self, key: str, *, required: bool = False) -> str:
        """Text, without control characters; empty when it is not there."""
        value = self._take(key)
        if value is None:
            if required:
                self.wrong(key, "is missing", "write some text")
            return ""
        if not isinstance(value, str):
            self.wrong(key, f"must be text, not {kind_of(value)}", 'write it in quotes: "..."')
            return ""
        fault = fault_of_text(value)
        if fault:
            self.wrong(key, *fault)
            return ""
        if required and not value.strip():
            self.wrong(key, "is empty", "write some text")
        return value

    def word(self, key: str, known: Iterable[str], *, required: bool = False) -> str:
        """One word out of `known`."""
        value = self.text(key, required=required)
        words = tuple(known)
        if value and value not in words:
            self.wrong(key, f"{quoted(value)} is not known", did_you_mean(value, words))
        return value

    def whole(self, key: str, *, most: int) -> int | None:
        """A whole number from 0 to `most`."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.wrong(key, f"{quoted(value)} does not fit", f"write a whole number from 0 to {most}")
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """True, false, or None when it is not there."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(key, f"must be true or false, not {kind_of(value)}", "write true or false without quotes")
        return None

    def day(self, key: str) -> date | None:
        """A date."""
        value = self._take(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.wrong(key, f"must be a date, not {kind_of(value)}", "write it without quotes: 1996-04-01")
        return None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts, each once; None when it is not there."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > LIST:
            self.wrong(key, f"must be a list, not {kind_of(value)}", 'write ["...", "..."]')
            return ()
        kept: dict[str, None] = {}
        for part in value:
            fault = ("is not text", 'write ["...", "..."]') if not isinstance(part, str) else fault_of_text(part)
            if fault or part in kept:
                self.wrong(key, *(fault or (f"{quoted(part)} is there twice", "name it once")))
                continue
            kept[part] = None
        return tuple(kept)

    def any(self, key: str) -> Any:
        """The value as it was read, for the caller to judge; None when it is not there."""
        return self._take(key)

    def table(self, key: str) -> dict[str, Any]:
        """A table; empty when it is not there."""
        value = self._take(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(key, f"must be a table, not {kind_of(value)}", f"write [{key}] or {key} = {{ ... }}")
            return {}
        return value

    def tables(self, key: str) -> list[dict[str, Any]]:
        """A list of tables."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.wrong(key, f"must be a list of tables, not {kind_of(value)}", f"write [[{key}]] before each")
            return []
        return value

    def finish(self) -> None:
        """Notes every key that nothing asked for."""
        for key in self.raw:
            if key not in self._known:
                self.wrong(key, "unknown key", did_you_mean(key, self._known))

    def _take(self, key: str) -> Any:
        self._known.append(key)
        return self.raw.get(key)


def fault_of_text(value: str, *, most: int = TEXT) -> tuple[str, str] | None:
    """What makes a text unusable and what would be right, or None."""
    if len(value) > most:
        return f"is {len(value)} characters long", f"write at most {most}"
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in value):
        return "holds a control character", "write plain text"
    return None
