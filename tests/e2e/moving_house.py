"""A house whose night has not begun: each line on its input moves the clock, and every byte it sends is kept.

    python -m tests.e2e.moving_house FOLDER MOMENT      prints one JSON line; then one line for every move

Whatever is sent to a browser that says `X-Watched: NAME` is appended to FOLDER/NAME.sent: status, headers, body,
streams included.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.house import PASSWORD

WHO = ("sakura", "hiro", "desk", "kakashi")


def main(folder: Path, moment: str) -> None:
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/house.sqlite3"
    os.environ["KINFIRST_KEY_FILE"] = str(folder / "house.key")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kinfirst.project.settings"
    # The hours of the story pass in seconds: nobody has left their desk.
    os.environ["KINFIRST_IDLE_MINUTES"] = "2000"
    import django

    django.setup()
    from django.conf import settings

    from kinfirst.clock import SimulatedClock

    clock = SimulatedClock(datetime.fromisoformat(moment))
    told, realm = prepared(clock.now())
    settings.KINFIRST_CLOCK = clock
    serve(told, folder, lambda line: moved(clock, line, realm))


def prepared(now: datetime) -> tuple[dict[str, Any], str]:
    """The people of the night, and nothing that has happened to them yet."""
    from django.core.management import call_command

    from kinfirst.people import accounts
    from kinfirst.records.heartbeats import beat
    from tests.plays import played

    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    play = played("the-night", until="open_case")
    beat("worker", now)
    for handle in WHO:
        accounts.add(handle, PASSWORD, realm=play.company.realm, person=play.company.ids[handle])
    return {"case": "", "ids": play.company.ids}, play.company.realm


def moved(clock: Any, line: str, realm: str) -> None:
    """The clock stands at that moment, and a worker has just done what was due by then."""
    from kinfirst.records.heartbeats import beat
    from kinfirst.records.queries import due_ledgers, next_due
    from kinfirst.records.ticking import tick_many
    from kinfirst.web import watch

    clock.advance_to(datetime.fromisoformat(line))
    while (due := next_due(realm)) is not None and due <= clock.now():
        if not tick_many(due_ledgers(realm, due), due):
            break
    beat("worker", clock.now() - timedelta(seconds=1))
    watch.forget()


def recorded(application: Any, folder: Path) -> Any:
    """The application, with everything it sends kept by who is watched."""

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        who = dict(scope.get("headers", ())).get(b"x-watched", b"nobody").decode()

        async def keep(message: Any) -> None:
            with (folder / f"{who}.sent").open("ab") as kept:
                kept.write(repr(message.get("headers", "")).encode() + message.get("body", b"") + b"\n")
            await send(message)

        await application(scope, receive, keep)

    return watched


def serve(told: dict[str, Any], folder: Path, move: Any) -> None:
    import uvicorn

    from kinfirst.project.asgi import application

    kept = recorded(application, folder)
    server = uvicorn.Server(uvicorn.Config(kept, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"address": f"http://127.0.0.1:{port}", **told}), flush=True)
    for line in sys.stdin:
        move(line.strip())
        print("moved", flush=True)
    server.should_exit = True
    # A stream that is open would hold the process: it is told nothing more.
    server.force_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
