"""Where each key of a TOML file stands, so that a problem can name its line.

The standard parser keeps no positions. This scanner reads a text which that parser has accepted already, and
only follows tables, keys, strings and brackets.
"""

from __future__ import annotations

import re

DEEPEST = 8
"""No key of a pack has so many parts; what stands deeper is known by the key that holds it."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_VALUE = re.compile(r"[^\s,\]}#]+(?: (?=\d\d:)[^\s,\]}#]+)?")
_BLANK = re.compile(r"[ \t\r]*(?:#[^\n]*)?")
_BLANKS = re.compile(r"(?:\s|#[^\n]*)*")


def positions(text: str) -> dict[str, int]:
    """The line (from 1) of every table, key and list item: `kin.precedence`, `tiers[1].office`, `orgs.opo`."""
    return _Scanner(text).scan()


class _Scanner:
    """Reads one text, once, from front to back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.seen = 0
        self.line = 1
        self.found: dict[str, int] = {}
        self.counts: dict[str, int] = {}

    def scan(self) -> dict[str, int]:
        """Read everything."""
        table = ""
        while self._skip(_BLANKS) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _mark(self, path: str) -> None:
        self.line += self.text.count("\n", self.seen, self.at)
        self.seen = self.at
        self.found.setdefault(path, self.line)

    def _header(self) -> str:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        name = self._resolve(self._key(), last=not many)
        if many:
            number = self.counts.get(name, 0)
            self.counts[name] = number + 1
            self._mark(name)
            name = f"{name}[{number}]"
        self._mark(name)
        self._skip(_BLANK)
        self.at += 2 if many else 1
        return name

    def _resolve(self, parts: list[str], *, last: bool) -> str:
        """A table inside an array of tables belongs to the latest of them."""
        name = ""
        for number, part in enumerate(parts):
            name = _join(name, part)
            if name in self.counts and (last or number < len(parts) - 1):
                name = f"{name}[{self.counts[name] - 1}]"
        return name

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            start = self.at
            if self.text[start] in "\"'":
                parts.append(self.text[start + 1 : self._skip(_STRINGS) - 1])
            else:
                parts.append(self.text[start : self._skip(_BARE)])
            if self.at == start:
                raise ValueError("not the text of a TOML file")
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return parts[:DEEPEST]
            self.at += 1

    def _pair(self, table: str) -> None:
        start = self.at
        path = table
        parts = self._key()
        end, self.at = self.at, start
        for part in parts:
            path = _join(path, part)
            self._mark(path)
        self.at = end + 1
        self._value(path)

    def _value(self, path: str) -> None:
        self._skip(_BLANKS)
        opening = self.text[self.at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._skip(_STRINGS if opening in "\"'" else _VALUE)

    def _items(self, path: str) -> None:
        self.at += 1
        number = 0
        while self._closing("]"):
            self._mark(f"{path}[{number}]")
            self._value(f"{path}[{number}]")
            number += 1

    def _inline(self, path: str) -> None:
        self.at += 1
        while self._closing("}"):
            self._pair(path)

    def _closing(self, bracket: str) -> bool:
        """Move to the next item; False at the end of the list, which is passed."""
        self._skip(_BLANKS)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_BLANKS)
        if self.text[self.at] == bracket:
            self.at += 1
            return False
        return True


def _join(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key
