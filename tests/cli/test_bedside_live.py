"""`kinfirst bedside watch`, `generate` and the rest, as a person in a terminal uses them."""

from __future__ import annotations

import asyncio
import io
import json
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from kinfirst.bedside.generator import Generator
from kinfirst.bedside.hub_nats import connected
from kinfirst.bedside.scripts import SCRIPTS
from kinfirst.bedside.watching import Watching
from kinfirst.cli.bedside_feeds import Port, from_source
from kinfirst.cli.bedside_screen import Screen
from kinfirst.cli.bedside_session import Session, Want
from kinfirst.cli.bedside_strip import Strip
from kinfirst.clock import SystemClock
from kinfirst.interop.hl7v2.mllp_link import send
from kinfirst.interop.hl7v2.oru import read_device
from kinfirst.interop.hl7v2.oru_shape import DeviceReport
from tests.bedside.conftest import nats_url
from tests.bedside.messages import oru
from tests.bedside.stories import FLAT, START
from tests.records.crime_scene import environment, played
from tests.records.terminal import RUN, kinfirst, one_line

__all__ = ["nats_url"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("house"))


@pytest.fixture
def copy(house: Path, tmp_path: Path) -> Path:
    shutil.copy(house.with_name("kinfirst.key"), tmp_path / "kinfirst.key")
    return Path(shutil.copy(house, tmp_path / "k.sqlite3"))


def reported(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT actor, data FROM records_entry WHERE kind = 'device_reported'").fetchall()
    return [(actor, json.loads(data)["device"]) for actor, data in rows]


def stage(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return sorted(connection.execute("SELECT stage, state FROM records_case WHERE kind = 'case'").fetchall())


def test_the_night_becomes_tasks_in_the_case_and_nothing_else(copy: Path) -> None:
    before, already = stage(copy), reported(copy)
    args = ("bedside", "watch", "--script", "night", "--bed", "3", "--case", "Delta")
    done = kinfirst(copy, *args)
    assert (done.returncode, done.stderr) == (0, "")
    assert any("bed 3 raised ASYSTOLE (high) since 14:34:59" in line for line in done.stdout.splitlines())
    told = reported(copy)[len(already) :]
    assert ("system", "asystole") in told
    assert {device for _, device in told} <= {"asystole", "vf", "tachy", "brady", "leads_off"}
    assert stage(copy) == before
    # The same night told again, as by a worker that took the bed over, is the same entries.
    again = kinfirst(copy, *args)
    assert again.returncode == 0
    assert reported(copy) == [*already, *told]
    assert kinfirst(copy, "verify").returncode == 0


@pytest.mark.network
@pytest.mark.slow
def test_a_bed_on_nats_is_watched_by_another_process_which_tells_the_record(copy: Path, nats_url: str) -> None:
    already, prefix = reported(copy), f"c{secrets.token_hex(6)}"
    where = ("--nats", nats_url, "--prefix", prefix)
    run = [sys.executable, "-c", RUN, "bedside", "work", *where, "--name", "w1"]
    key = copy.with_name("kinfirst.key")
    watcher = subprocess.Popen(run, env=environment(copy, key), stdout=subprocess.PIPE, text=True)
    try:
        story = ("--script", "night", "--seconds", "140", "--speed", "0")
        fed = kinfirst(copy, "bedside", "feed", *story, "--bed", "3", "--case", "Delta", *where)
        assert (fed.returncode, fed.stderr) == (0, "")
        assert watcher.stdout is not None
        said = next(line for line in watcher.stdout if "raised ASYSTOLE" in line)
        assert "bed 3" in said
        watcher.terminate()
        watcher.communicate()
        assert watcher.returncode == 0
    finally:
        watcher.kill()
        watcher.wait()
        asyncio.run(forget(nats_url, prefix))
    assert ("system", "asystole") in reported(copy)[len(already) :]


async def forget(url: str, prefix: str) -> None:
    hub = await connected(url, prefix=prefix)
    await hub.forget()
    await hub.close()


def test_without_a_case_the_record_is_not_even_opened(tmp_path: Path) -> None:
    database = tmp_path / "none.sqlite3"
    done = kinfirst(database, "bedside", "watch", "--script", "calm", "--seconds", "5")
    assert (done.returncode, done.stdout, database.exists()) == (0, "", False)


def test_alarms_are_written_as_hl7_and_fhir_and_logged(tmp_path: Path) -> None:
    for name in ("a.hl7", "a.ndjson"):
        files = ("--write", str(tmp_path / name), "--log", str(tmp_path / f"{name}.log"))
        done = kinfirst(tmp_path / "k", "bedside", "watch", "--script", "night", *files)
        assert done.returncode == 0, done.stderr
    reports = [each for each in read_device((tmp_path / "a.hl7").read_bytes()) if isinstance(each, DeviceReport)]
    assert "MDC_EVT_ECG_ASYSTOLE" in {alert.event for report in reports for alert in report.alerts}
    observations = [json.loads(line) for line in (tmp_path / "a.ndjson").read_text().splitlines()]
    assert "asystole" in {each["code"]["text"] for each in observations}
    logged = [json.loads(line)["entry"]["what"] for line in (tmp_path / "a.hl7.log").read_text().splitlines()]
    assert {"raised", "latched", "escalated"} <= set(logged)


def test_a_generated_record_is_watched_from_its_file(tmp_path: Path) -> None:
    made = kinfirst(tmp_path / "k", "bedside", "generate", str(tmp_path / "bed"), "--script", "fast", "--seconds", "60")
    assert made.returncode == 0, made.stderr
    done = kinfirst(tmp_path / "k", "bedside", "watch", str(tmp_path / "bed"))
    assert "raised TACHY (medium)" in done.stdout
    table = kinfirst(tmp_path / "k", "bedside", "generate", "-", "--seconds", "1", "--leads", "II")
    assert table.stdout.splitlines()[0] == "seconds,II"
    assert "night" in kinfirst(tmp_path / "k", "bedside", "generate", "list").stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("watch",), "give one of", id="nothing to watch"),
        pytest.param(("watch", "no-such-record"), "no header", id="no record"),
        pytest.param(("watch", "--script", "x"), "script: one of night", id="no script"),
        pytest.param(("watch", "--script", "calm", "--bed", "a b"), "bed: 1 to 80", id="a bed with a space"),
        pytest.param(("watch", "--script", "calm", "--write", "a.txt"), "--write", id="an ending nobody knows"),
        pytest.param(("watch", "--script", "calm", "--speed", "-1"), "speed", id="backwards"),
        pytest.param(("generate", "x", "--leads", "aVX"), "leads", id="a lead nobody draws"),
        pytest.param(("generate", "x.csv", "--seconds", "0"), "seconds", id="nothing to write"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(tmp_path: Path, args: tuple[str, ...], says: str) -> None:
    assert says in one_line(kinfirst(tmp_path / "k", "bedside", *args))
    assert not Path("x.csv").exists()


def test_a_case_that_does_not_exist_is_said(copy: Path) -> None:
    done = kinfirst(copy, "bedside", "watch", "--script", "calm", "--case", "Nobody")
    assert "no such case" in one_line(done)


@pytest.mark.network
def test_messages_over_mllp_are_answered_and_watched() -> None:
    source = Generator(FLAT, leads=("II", "V", "PLETH"))
    said: list[str] = []
    port = Port(0, SystemClock().now, said.append)
    where = port.open()

    async def play() -> list[bytes]:
        messages = [oru(packet, source.leads) for packet in islice(source.packets(1.0), 22)]
        return [await send(raw, host="127.0.0.1", port=where) for raw in (b"MSH|^~\\&|x||||||ADT^A08|9", *messages)]

    try:
        answers = asyncio.run(play())
        assert [b"|AA|" in answer or b"MSA|AA" in answer for answer in answers] == [False] + [True] * 22
        assert "not an ORU" in said[0]
        feed = port.feed(patience=0.2)
        assert (feed.fs, feed.leads, feed.start) == (250.0, ("II", "V1", "PLETH"), START)
        with Session(feed, Want(bed="3", case=None, log=None, write=None), clock=SystemClock()) as session:
            entries = [entry for _, some in session.steps() for entry in some]
    finally:
        port.close()
    assert [entry.kind for entry in entries if entry.what == "raised"] == ["asystole"]


def test_the_screen_shows_the_strip_the_rate_and_the_alarm() -> None:
    script = SCRIPTS["night"]
    feed = from_source(Generator(script), start=START, title="script night", speed=0, seconds=130)
    bells, screen = 0, None
    with Session(feed, Want(bed="3", case=None, log=None, write=None), clock=SystemClock()) as session:
        for number, (now_shown, _) in enumerate(session.steps()):
            screen = now_shown
            bells += screen.must_ring(session.watching)
            if number == 80:
                calm = drawn(screen, session.watching)
        last = drawn(screen, session.watching)
    assert re.search(r"HR 1[23]\d", calm)
    assert "no alarm" in calm
    assert "ASYSTOLE!" in last
    assert "HR ---" in last
    assert "not a medical device" in last
    assert bells >= 3
    assert sum("⠀" <= sign <= "⣿" for sign in calm) > 200


def drawn(screen: Screen | None, watching: Watching) -> str:
    assert screen is not None
    out = io.StringIO()
    Console(file=out, width=100, height=32, highlight=False).print(screen.draw(watching, 100, 32))
    return out.getvalue()


def test_a_strip_is_bounded_and_leaves_holes_where_nothing_was_measured() -> None:
    strip = Strip(100.0, 2.0)
    assert strip.draw(10, 2, least=1.0) == [" " * 10] * 2
    strip.add(np.full(150, np.nan))
    strip.add(np.sin(np.linspace(0, 60, 100)))
    lines = strip.draw(10, 3, least=1.0)
    assert [len(line) for line in lines] == [10, 10, 10]
    assert all(line[:5].strip() == "" for line in lines)
    assert any(line[5:].strip() for line in lines)
    strip.add(np.zeros(10_000))
    assert len({sign for line in strip.draw(10, 3, least=1.0) for sign in line}) <= 3
