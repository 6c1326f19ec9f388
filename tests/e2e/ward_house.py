"""The afternoon of the demonstration in a process of its own, with a clock that runs and can be put forward.

    python -m tests.e2e.ward_house FOLDER MOMENT      prints one JSON line: address, case, ids

Each line on its standard input is a number of seconds to put the clock forward, answered by a line; it stops when that
is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PASSWORD = "long enough words"
WHO = ("noriko", "tsuji", "fukuda", "yamada", "master", "haruka")
ADDRESS = "3-7 Riverside Row, behind the mill"


class Running:
    """A clock that runs from a moment of the play."""

    def __init__(self, start: datetime) -> None:
        self.start, self.began = start, time.monotonic()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self.began)

    def forward(self, seconds: float) -> None:
        self.start += timedelta(seconds=seconds)


def main(folder: Path, moment: str) -> None:
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/house.sqlite3"
    os.environ["KINFIRST_KEY_FILE"] = str(folder / "house.key")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kinfirst.project.settings"
    import django

    django.setup()
    from django.conf import settings

    clock = Running(datetime.fromisoformat(moment))
    settings.KINFIRST_CLOCK = clock
    served(prepared(clock), clock)


def prepared(clock: Running) -> dict[str, Any]:
    """The play, accounts, an address, a household, a telephone of the officer, a worker that has just beaten."""
    from django.core.management import call_command

    from kinfirst.people import accounts, contacts
    from kinfirst.people.models import Person
    from kinfirst.records.heartbeats import beat
    from tests.plays import played

    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    play = played("demo-ward")
    beat("worker", clock.now())
    realm, ids = play.company.realm, play.company.ids
    for handle in WHO:
        accounts.add(handle, PASSWORD, realm=realm, person=ids[handle])
    contacts.add_contact(realm, ids["chiyo"], contacts.Way(kind="address", text=ADDRESS))
    contacts.add_contact(realm, ids["tsuji"], contacts.Way(kind="phone", text="+81 3 0000 0001"))
    for handle in ("chiyo", "daiki"):
        person = Person.objects.get(id=ids[handle])
        person.household, person.speaks = "riverside", ["ja"]
        person.save()
    return {"case": play.cases["bridge"], "ids": ids}


def served(told: dict[str, Any], clock: Running) -> None:
    import uvicorn

    from kinfirst.project.asgi import application

    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"address": f"http://127.0.0.1:{port}", **told}), flush=True)
    for line in sys.stdin:
        clock.forward(float(line))
        print("forward", flush=True)
    server.should_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
