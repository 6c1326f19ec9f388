"""Plays the night with nothing left to chance, and says what the ledger came to.

Ids, salts and references are drawn from a seeded source and the clock stands where each line puts it, so the same
commands must give the same bytes wherever they are played. Run as a program it writes `golden.json` anew, after a
change of the events of the core that is meant:

    python -m tests.conformance.golden
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

FILE = Path(__file__).with_name("golden.json")
SEED = 1437


class Drawn:
    """Stands in for what the record draws by chance: `uuid4`, `os.urandom` and `secrets.choice`, from one seed."""

    def __init__(self) -> None:
        self._chance = random.Random(SEED)

    def uuid4(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128))

    def urandom(self, size: int) -> bytes:
        return self._chance.randbytes(size)

    def choice(self, letters: str) -> str:
        return self._chance.choice(letters)


def nothing_by_chance(put: Callable[[str, Any], None]) -> None:
    """Puts the seeded source in place of every other that the ledger depends on."""
    drawn = Drawn()
    put("kinfirst.people.models.uuid4", drawn.uuid4)
    put("kinfirst.records.chance.uuid4", drawn.uuid4)
    put("kinfirst.records.chance.secrets", drawn)
    put("kinfirst.records.notes.os", drawn)


def came_to() -> dict[str, str]:
    """The night played by the cast: the head of the case and of the house, and a digest of tasks and messages."""
    from hashlib import sha256

    from kinfirst.records import models
    from tests.cast import enter_cast
    from tests.conformance.house import NIGHT, House

    house = House(enter_cast())
    list(house.play(NIGHT))
    found = {row.kind: bytes(row.head).hex() for row in models.Case.objects.order_by("kind")}
    tasks = models.Task.objects.order_by("case_id", "name").values_list("name", "holder", "opened", "due")
    sent = models.Outbox.objects.order_by("case_id", "number").values_list("id", "seq", "payload", "not_before")
    for name, rows in (("tasks", tasks), ("messages", sent)):
        found[name] = sha256("\n".join(str(row) for row in rows).encode()).hexdigest()
    return found


def _patch(where: str, what: object) -> None:
    from importlib import import_module

    module, _, name = where.rpartition(".")
    setattr(import_module(module), name, what)


def main() -> None:
    folder = tempfile.mkdtemp(prefix="kinfirst-golden-")
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/golden.sqlite3"
    from kinfirst.project import migrate, setup_django

    setup_django()
    migrate()
    nothing_by_chance(_patch)
    FILE.write_text(json.dumps(came_to(), indent=2) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
