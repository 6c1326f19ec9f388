"""What is wrong with a pack: every problem at once, each with its file, line and key."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kinfirst.core.errors import BadInput


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing wrong: where (file, line from 1, or 0 where no line applies; dotted key), what, what is right."""

    file: str
    line: int
    key: str
    what: str
    right: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{where}:{key} {self.what} {self.right}".rstrip()


class PackError(BadInput):
    """A pack that cannot be used. `problems` holds all of them, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
