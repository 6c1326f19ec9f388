"""What a verification found, in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that does not hold: in which table and row, and for which case and entry.

    For what belongs to no case, `case` is empty; `entry` is 0 where no entry can be named.
    """

    table: str
    row: str
    what: str
    case: str = ""
    alias: str = ""
    entry: int = 0

    def sentence(self) -> str:
        """One line that names case and entry first."""
        shown = f"case {self.alias} ({self.case})" if self.alias else f"case {self.case}"
        where = f"{shown} entry {self.entry}: " if self.case else ""
        return _printable(f"{where}{self.table} {self.row}: {self.what}")


def _printable(text: str) -> str:
    """A changed byte may be a control character, or half a letter: neither reaches a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each kind were checked."""

    cases: int = 0
    entries: int = 0
    seals: int = 0
    rows: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification of one database found, and what it cannot see."""

    counts: Counts
    wrong: tuple[Wrong, ...]
    unsealed: int = 0
    erased: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything that was checked holds."""
        return not self.wrong

    @property
    def cases(self) -> int:
        """How many ledgers were checked."""
        return self.counts.cases

    @property
    def entries(self) -> int:
        """How many entries were checked."""
        return self.counts.entries

    @property
    def seals(self) -> int:
        """How many seals were checked."""
        return self.counts.seals

    @property
    def first_wrong(self) -> Wrong | None:
        """The first thing that does not hold, entries before what follows from them."""
        return self.wrong[0] if self.wrong else None


def in_order(found: Iterable[Wrong]) -> tuple[Wrong, ...]:
    """Entries first, for the rest follows from them; then the rest as it was found, what names no case last."""
    return tuple(sorted(found, key=lambda wrong: (wrong.table != "records_entry", not wrong.case)))
