"""One round: a house, a crew, faults at random, and then the reckoning."""

from __future__ import annotations

import json
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.crew import MAIN, Crew, environment, faketime
from tests.chaos.moods import MOODS, QUICK, Moody
from tests.chaos.servers import Database
from tests.chaos.silence import silence
from tests.workers.receiver import listening

ROOT = Path(__file__).resolve().parents[2]
CASES = 40
CONFLICTING = 1_000
OFFSETS = ("+3600s", "-3600s", "+180s", "-240s", "+0")
PATIENCE = 60.0
TRIES = 600

Said = Callable[[str], None]


class Storm:
    """What is done to one house. `wrong` collects whatever does not hold."""

    def __init__(self, database: Database, folder: Path, say: Said, seed: int) -> None:
        self.database, self.folder, self._say = database, folder, say
        self.chance = random.Random(seed)
        self.receiver = Moody()
        self.injected: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._around: dict[str, str] = {}
        self._pause = threading.Event()

    def blow(self, seconds: float) -> None:
        """Fills the house, injects faults for that long, and reckons."""
        with listening(self.receiver):
            self._around = environment(self.folder, self.receiver.url, secrets.token_urlsafe(40))
            self.house = self.run("fill", CASES)
            self.crew = Crew(self.database.url, self._around, self.folder)
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.crew.port = free.getsockname()[1]
            try:
                self._blow(seconds)
            finally:
                self.crew.stop()

    def _blow(self, seconds: float) -> None:
        self.crew.fill_up()
        writing, ended = Charting(self), threading.Event()
        thread = threading.Thread(target=writing.write, args=(ended,))
        thread.start()
        try:
            self._faults(seconds)
        finally:
            self.receiver.mood = QUICK
            self.crew.fill_up()
            ended.set()
            thread.join()
        self._conflict()
        self._newer_schema()
        self._end(writing)

    def run(self, act: str, what: object) -> dict[str, Any]:
        """One act of the house, in a process of its own."""
        command = [sys.executable, "-m", "tests.chaos.house", act, self.database.url, str(what)]
        done = subprocess.run(
            command, env=self._around, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            raise AssertionError(f"{act}: {done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def note(self, fault: str, detail: str = "") -> None:
        """A fault was injected."""
        self.injected[fault] += 1
        self._say(f"{fault}{': ' if detail else ''}{detail}")

    def _faults(self, seconds: float) -> None:
        faults = [self._kill, self._kill, self._kill, self._kill_web, self._mood, self._mood, self._clock, self._cut]
        faults += [self._crash, self._copy, self._online_copy, self._full]
        # Each comes once, in some order, before any comes again by chance; time alone says when it is enough.
        self.chance.shuffle(faults)
        watch, queue = _Stopwatch(seconds), list(faults)
        while watch.runs():
            fault = queue.pop() if queue else self.chance.choice(faults)
            fault()
            self._pause.wait(self.chance.uniform(0.2, 1.0))
            self.crew.fill_up()

    def _kill(self) -> None:
        self.note("workers killed", str(self.crew.kill(self.chance.randint(1, 3))))

    def _kill_web(self) -> None:
        self.crew.kill_web()
        self.note("web process killed")

    def _mood(self) -> None:
        self.receiver.mood = self.chance.choice(MOODS)
        self.note("receiver", self.receiver.mood)

    def _clock(self) -> None:
        offset = self.chance.choice(OFFSETS)
        if self.crew.step_clock(offset):
            self.note("clock of one worker", offset)

    def _cut(self) -> None:
        if self.database.file is None:
            self.note("connections cut", str(self.database.cut_connections()))

    def _crash(self) -> None:
        if self.database.crash():
            self.note("server crashed and restarted")

    def _copy(self) -> None:
        """The file is copied while it is written to: the copy must hold."""
        if self.database.file is None:
            return
        copy = self.folder / f"copy{self.injected['file copied in use']}.sqlite3"
        with closing(sqlite3.connect(self.database.file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        self.note("file copied in use")
        self._must_hold(self._main("verify", "--db", f"sqlite:///{copy}"), "the copy of the file")

    def _online_copy(self) -> None:
        """`kinfirst backup` at work, and put back into a new file."""
        number = self.injected["backup and restore"]
        file, back = self.folder / f"backup{number}.kinfirst", self.folder / f"restored{number}.sqlite3"
        made = self._main("backup", str(file), "--db", self.database.url)
        if made.returncode and self.database.file is None and "connection" in made.stdout + made.stderr:
            return  # the server was just being crashed: nothing is left of that copy
        self.note("backup and restore")
        self._must_hold(made, "the backup")
        self._must_hold(self._main("restore", str(file), "--db", f"sqlite:///{back}"), "what was restored")

    def _full(self) -> None:
        if self.database.file is not None:
            self.note("disk full for one worker", f"exit code {self.crew.cramped()}")
        else:
            self.note("disk full for the server", f"{self.database.fill_disk()} processes")

    def _conflict(self) -> None:
        came = self.run("conflict", CONFLICTING)
        self.note("conflicting commands", json.dumps(came))
        again = sum(count for what, count in came.items() if what.endswith(" again"))
        if (came.get("done"), came.get("done again"), again, sum(came.values())) != (
            1,
            1,
            CONFLICTING // 2,
            CONFLICTING,
        ):
            self.wrong.append(f"{CONFLICTING} told the same person at once: {came}")

    def _newer_schema(self) -> None:
        self.run("schema", 1)
        stopped = self.crew.wait_until_gone(PATIENCE)
        self.run("schema", -1)
        self.note("newer schema under old workers")
        if not stopped:
            self.wrong.append("a worker went on with a database newer than it is")
        self.crew.fill_up()

    def _end(self, writing: Charting) -> None:
        self.receiver.wake()
        self._pause.wait(1.0)
        codes = self.crew.stop()
        if set(codes) - {0, -15}:
            self.wrong.append(f"workers that were asked to stop ended with {codes}")
        keys = self.folder / "keys"
        keys.write_text("\n".join(self.receiver.has))
        found = self.run("finish", keys)
        self._reckon(found, writing)
        self._silence()

    def _silence(self) -> None:
        """Last of all: it is played three days later, and what is then due is done then."""
        found = silence(self.crew, self.receiver)
        if found:
            self.note("every worker stopped", ", ".join(what for what, so in found.items() if so))
        self.wrong += [f"not so: {what}" for what, so in found.items() if not so]
        self.wrong += self.run("verify", "-")["wrong"][:3]

    def _reckon(self, found: dict[str, Any], writing: Charting) -> None:
        twice = [key for key, count in self.receiver.has.items() if count > 1]
        holds = {
            "every due moment came exactly once": found["ticked"] == self.house["due"],
            "no message was lost": set(found["messages"]) <= set(self.receiver.has),
            "no message came twice": not twice,
            "no message is left": not found["left"],
            "the one was told once": found["told"] == 1,
            "what was written through the API stands once": found["charted"] == writing.done["chart"],
            "what was opened through the API is open once": found["opened"] == writing.done["open"],
            "the record holds": not found["wrong"],
            "the invariants hold": not found["broken"],
        }
        self.wrong += [f"not so: {what}" for what, so in holds.items() if not so]
        self.wrong += [*found["wrong"][:3], *found["broken"]]
        asked, given = found["unknown"], writing.done.total()
        self._say(f"{len(found['messages'])} messages, {asked} asked of a person, {given} commands by API")

    def _main(self, *asked: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", MAIN, *asked]
        return subprocess.run(command, env=self._around, capture_output=True, text=True, check=False, timeout=300)

    def _must_hold(self, done: subprocess.CompletedProcess[str], what: str) -> None:
        if done.returncode:
            self.wrong.append(f"{what} does not hold: {(done.stdout + done.stderr)[-600:]}")


class Charting:
    """A client that writes through the API, and sends the same again until it is told that it is done."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm
        self.done: Counter[str] = Counter()

    def write(self, ended: threading.Event) -> None:
        """Charts and opens cases in turn; what may have arrived is sent until it is known to have."""
        while not ended.is_set():
            what, key = ("chart", "open")[self.done.total() % 2], secrets.token_hex(8)
            for _ in range(TRIES):
                if self._sent(what, key):
                    self.done[what] += 1
                    break
                ended.wait(0.1)
                self._pause.wait(0.1)
            else:
                self._storm.wrong.append("a command through the API was never answered")
                return
            ended.wait(0.2)

    _pause = threading.Event()

    def _sent(self, what: str, key: str) -> bool:
        house = self._storm.house
        path = f"/cases/{house['case']}/commands/chart" if what == "chart" else "/cases"
        said = {"text": f"seen {key}"} if what == "chart" else {"state": "unknown"}
        headers = {
            "Authorization": f"Bearer {house['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        address = f"http://127.0.0.1:{self._storm.crew.port}/api/v1{path}"
        try:
            request = urllib.request.Request(address, data=json.dumps(said).encode(), headers=headers)
            with urllib.request.urlopen(request, timeout=20) as answer:
                return bool(answer.status in (200, 201))
        except (urllib.error.URLError, OSError, TimeoutError):
            return False


class _Stopwatch:
    """How long faults are injected."""

    def __init__(self, seconds: float) -> None:
        import time

        self._now = time.monotonic
        self._end = self._now() + seconds

    def runs(self) -> bool:
        return self._now() < self._end


def without() -> str:
    """What cannot be injected here, in one line; empty when all can."""
    return "" if faketime() else "no libfaketime here (Debian: faketime): clocks are not stepped"
