"""The alarm log: only ever added to. The newest lines are kept in memory, all of them in a file if one is named."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.core.errors import BadInput

ROOM = 10_000


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its place in the log, from 1."""

    seq: int
    entry: Entry


class AlarmLog:
    """Adds and gives; there is no way to change or take away. `path` gets one JSON line for each entry."""

    def __init__(self, *, path: Path | None = None, room: int = ROOM) -> None:
        """Goes on where the file ends. Refuses (BadInput) a file that is no alarm log."""
        self._kept: deque[Numbered] = deque(maxlen=room)
        self._raised: dict[tuple[str, str, str | None, datetime | None], None] = {}
        self._path, self._room, self._seq = path, room, 0
        if path is not None and path.exists():
            _drop_cut_line(path)
            for found in read_log(path):
                self._remember(found)

    def add(self, entries: Iterable[Entry]) -> list[Numbered]:
        """Adds them and gives those that were new: an alarm raised twice (same bed, kind, lead and onset), as happens
        when a bed moves between workers, is one entry. Raises OSError where the file cannot be written."""
        added: list[Numbered] = []
        for entry in entries:
            if entry.what != "raised" or _key(entry) not in self._raised:
                added.append(Numbered(seq=self._seq + 1, entry=entry))
                self._remember(added[-1])
        if added and self._path is not None:
            with self._path.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(found) + b"\n" for found in added))
        return added

    def since(self, seq: int) -> list[Numbered]:
        """The entries after that one, as far as they are kept."""
        return [found for found in self._kept if found.seq > seq]

    def _remember(self, found: Numbered) -> None:
        self._seq = found.seq
        self._kept.append(found)
        if found.entry.what == "raised":
            self._raised[_key(found.entry)] = None
            while len(self._raised) > self._room:
                del self._raised[next(iter(self._raised))]


def _key(entry: Entry) -> tuple[str, str, str | None, datetime | None]:
    return entry.bed, str(entry.kind), entry.lead, entry.onset


def read_log(path: Path) -> Iterator[Numbered]:
    """The lines of a log file in order. Refuses (BadInput) one that cannot be read, by its number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield msgspec.json.decode(line, type=Numbered)
            except msgspec.MsgspecError:
                raise BadInput(f"alarm log: line {number} is no entry; give a file that an alarm log wrote") from None


def _drop_cut_line(path: Path) -> None:
    """A crash may have cut the last line off: it was never answered for, and goes."""
    with path.open("r+b") as file:
        whole = file.read()
        if whole and not whole.endswith(b"\n"):
            file.truncate(whole.rfind(b"\n") + 1)
