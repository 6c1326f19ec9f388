"""A whole house in a process of its own: the night up to a step, accounts, and the pages on a loopback port.

    python -m tests.e2e.house FOLDER MOMENT UNTIL      prints one JSON line: address, case, accounts

It stops when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PASSWORD = "long enough words"
WHO = ("sakura", "desk", "kakashi", "hiro", "mirani")
WITH_FACTOR = "mirani"
"""Who is asked for a code of six digits, too."""
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def main(folder: Path, moment: str, until: str) -> None:
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/house.sqlite3"
    os.environ["KINFIRST_KEY_FILE"] = str(folder / "house.key")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kinfirst.project.settings"
    import django

    django.setup()
    told = prepared(datetime.fromisoformat(moment), until)
    served(told)


def prepared(now: datetime, until: str) -> dict[str, Any]:
    """The night is played, everybody has an account, a worker has just beaten."""
    from django.conf import settings
    from django.core.management import call_command

    from kinfirst.clock import SimulatedClock
    from kinfirst.core.facts import KinRecord
    from kinfirst.people import accounts, registry
    from kinfirst.people.models import Kin
    from kinfirst.records.actions import Given, perform_named
    from kinfirst.records.heartbeats import beat
    from tests.plays import played

    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    play = played("the-night", until=until)
    settings.KINFIRST_CLOCK = SimulatedClock(now)
    beat("worker", now - timedelta(seconds=2))
    given = Given(realm=play.company.realm, by=play.company.ids["sakura"], now=now)
    perform_named("open_case", {"alias": "Heron", "state": "missing"}, given=given)
    for handle in WHO:
        accounts.add(handle, PASSWORD, realm=play.company.realm, person=play.company.ids[handle])
    _with_factor()
    (case,) = play.cases.values()
    brother = KinRecord(of=play.company.ids["bed2"], person=play.company.ids["bed9"], relation="sibling")
    registry.add_kin(play.company.realm, brother)
    line = Kin.objects.values_list("pk", flat=True)[0]
    return {"case": case, "line": line, "ids": play.company.ids}


def _with_factor() -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP
    from django.contrib.auth.models import User

    user = User.objects.get(username=WITH_FACTOR)
    TOTP.activate(user, FACTOR)
    RecoveryCodes.activate(user)


def served(told: dict[str, Any]) -> None:
    import uvicorn

    from kinfirst.project.asgi import application

    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    # A page that is still open holds a stream.
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"address": f"http://127.0.0.1:{port}", **told}), flush=True)
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
