"""The night at the station, in a process of its own: a bed whose line goes flat within seconds, others that live on.

    python -m tests.e2e.station_house FOLDER BEDS      prints one JSON line: address, case, ids

It stops when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.house import served
from tests.e2e.ward_house import Running

PASSWORD = "long enough words"
WHO = ("sakura", "mirani", "desk", "hiro", "kakashi")
MOMENT = datetime.fromisoformat("2020-10-10T14:36:50+09:00")
BED = "trauma-1"
FLAT_AT = 120.0
"""Seconds of the script `night` until the line is flat."""
BEFORE = 5.0
PACKET = 0.25
KINDS = ("calm", "calm", "fast", "calm", "loose", "calm", "restless", "calm", "one-lead", "calm", "dying")


def main(folder: Path, beds: int) -> None:
    os.environ["KINFIRST_DB"] = f"sqlite:///{folder}/house.sqlite3"
    os.environ["KINFIRST_KEY_FILE"] = str(folder / "house.key")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kinfirst.project.settings"
    import django

    django.setup()
    from django.conf import settings

    clock = Running(MOMENT)
    settings.KINFIRST_CLOCK = clock
    told = prepared(clock)
    clock.start, clock.began = MOMENT, time.monotonic()
    ready, stop = threading.Event(), threading.Event()
    bedside = threading.Thread(target=lambda: asyncio.run(watched(clock, (beds, told["realm"]), ready.set, stop)))
    bedside.start()
    ready.wait()
    served(told)
    stop.set()
    bedside.join()


def prepared(clock: Running) -> dict[str, Any]:
    """The night up to the flat line, everybody with an account, a worker that has just beaten."""
    from django.core.management import call_command

    from kinfirst.people import accounts
    from kinfirst.records.heartbeats import beat
    from tests.plays import played

    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    play = played("the-night", until="device_event")
    beat("worker", clock.now())
    for handle in WHO:
        accounts.add(handle, PASSWORD, realm=play.company.realm, person=play.company.ids[handle])
    (case,) = play.cases.values()
    return {"case": case, "realm": play.company.realm, "ids": play.company.ids}


async def watched(clock: Running, beds: tuple[int, str], ready: Callable[[], None], stop: threading.Event) -> None:
    """The hub with its watcher, its station, and a source for each of so many beds of a realm."""
    from kinfirst.bedside import station
    from kinfirst.bedside.hub_local import LocalHub
    from kinfirst.bedside.watcher import Watcher
    from kinfirst.cli.bedside_record import Reporter

    hub, reporter, ended = LocalHub(), Reporter(clock), asyncio.Event()
    watcher = Watcher(hub, owner="house", now=clock.now, elapsed=time.monotonic, tell=reporter.tell)
    shown = station.Station(hub, now=clock.now, elapsed=time.monotonic)
    station.set_current(shown)
    many, realm = beds
    names = (BED, *(str(n) for n in range(2, many + 1)))
    async with asyncio.TaskGroup() as group:
        for number, name in enumerate(names):
            group.create_task(sent(hub, clock, (name, number, realm), ended))
        group.create_task(watcher.run(ended))
        group.create_task(shown.run(ended, ready))
        await asyncio.to_thread(stop.wait)
        ended.set()
    reporter.close()


async def sent(hub: Any, clock: Running, bed: tuple[str, int, str], ended: asyncio.Event) -> None:
    """One bed's signal, each packet when it would have come; the first bed shortly before its line is flat."""
    from kinfirst.bedside.bed import BedPlan
    from kinfirst.bedside.generator import Generator
    from kinfirst.bedside.scripts import SCRIPTS

    name, number, realm = bed
    kind = "night" if number == 0 else KINDS[number % len(KINDS)]
    skipped = FLAT_AT - BEFORE if number == 0 else 3.0 + number % 7
    source = Generator(SCRIPTS[kind], seed=number)
    start = clock.now() - timedelta(seconds=skipped)
    await hub.register(BedPlan(bed=name, fs=source.fs, leads=source.leads, start=start, realm=realm))
    for packet in source.packets(PACKET):
        if ended.is_set():
            return
        if packet.at < skipped:
            continue
        late = (start + timedelta(seconds=packet.at + PACKET) - clock.now()).total_seconds()
        await asyncio.sleep(max(0.0, late))
        await hub.publish(name, packet)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
