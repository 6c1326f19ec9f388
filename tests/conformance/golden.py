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
from contextlib import AbstractContextManager
from pathlib import Path

FILE = Path(__file__).with_name("golden.json")
SEED = 1437


def nothing_by_chance() -> AbstractContextManager[None]:
    """Inside the block a seeded source stands in for every other that the ledger depends on."""
    from kinfirst.people.chance import drawn_from

    return drawn_from(random.Random(SEED).randbytes)


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


def main() -> None:
    folder = tempfile.mkdtemp(prefix="kinfirst-golden-")
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/golden.sqlite3"
    from kinfirst.project import migrate, setup_django

    setup_django()
    migrate()
    with nothing_by_chance():
        FILE.write_text(json.dumps(came_to(), indent=2) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
