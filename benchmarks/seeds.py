"""Databases with so many open cases, each filled once in a run and copied for every measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from benchmarks.parts import run
from benchmarks.places import Place, copy_of


class Seeds:
    """`at(kind, cases)` gives a copy. The cases opened when this run began: nothing in them is due for four hours."""

    def __init__(self, folder: Path, opened: datetime) -> None:
        self.folder, self.opened = folder, opened
        self._kept: dict[tuple[str, int], Place] = {}
        self.took: dict[tuple[str, int], float] = {}

    @contextmanager
    def at(self, kind: str, cases: int) -> Iterator[Place]:
        """A copy of the database of that kind with so many cases, for as long as the block lasts."""
        with copy_of(self._filled(kind, cases)) as place:
            yield place

    def drop(self) -> None:
        """Takes all of them away."""
        while self._kept:
            self._kept.popitem()[1].drop()

    def _filled(self, kind: str, cases: int) -> Place:
        if (kind, cases) not in self._kept:
            place = Place(kind, self.folder)
            place.make()
            self._kept[kind, cases] = place
            found = run("fill", place, cases=cases, opened=self.opened.isoformat())
            self.took[kind, cases] = found["seconds"]
        return self._kept[kind, cases]
