"""`make chaos`: rounds of faults on SQLite and on PostgreSQL, with every fault printed.

    python -m tests.chaos --minutes 10 [--seed N] [--only sqlite|postgresql]

Exit code 0 when everything held after every round, 1 when something did not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.chaos.servers import Database, postgres
from tests.chaos.storm import Storm, without

LONGEST_ROUND = 60.0


def main(arguments: list[str] | None = None) -> int:
    asked = _asked(arguments)
    kinds = [asked.only] if asked.only else ["sqlite", "postgresql"]
    seconds = min(LONGEST_ROUND, asked.minutes * 60 / len(kinds))
    end, number, wrong, injected = time.monotonic() + asked.minutes * 60, 0, 0, Counter[str]()
    print(f"seed {asked.seed}; {without() or 'every fault can be injected'}", flush=True)
    while number < len(kinds) or time.monotonic() < end:
        storm = _round(kinds[number % len(kinds)], seconds, asked.seed + number)
        injected += storm.injected
        wrong += len(storm.wrong)
        number += 1
    print(
        f"{number} rounds, {injected.total()} faults: "
        + ", ".join(f"{n} {what}" for what, n in sorted(injected.items()))
    )
    print("everything held" if not wrong else f"{wrong} things did not hold; seed {asked.seed}")
    return 1 if wrong else 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    return parser.parse_args(arguments)


def _round(kind: str, seconds: float, seed: int) -> Storm:
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{kind:10} {time.monotonic() - began:6.1f}s  {line}", flush=True)

    with tempfile.TemporaryDirectory(prefix="kinfirst-chaos-") as folder, _database(kind, Path(folder)) as database:
        storm = Storm(database, Path(folder), say, seed)
        storm.blow(seconds)
    for line in storm.wrong or ["everything holds"]:
        say(line)
    return storm


def _database(kind: str, folder: Path) -> AbstractContextManager[Database]:
    return postgres() if kind == "postgresql" else nullcontext(Database(f"sqlite:///{folder}/storm.sqlite3"))


if __name__ == "__main__":
    sys.exit(main())
