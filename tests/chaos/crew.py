"""Workers and a web process as they really run, each of which may be killed at any instant."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

WORKERS = 3
MAIN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"
LIBRARIES = "**/faketime/libfaketimeMT.so.1"
NO_ROOM = ("prlimit", "--fsize=4096:4096")
"""No file may grow beyond one page: to SQLite that is a disk without room."""
ENDED = (0, -signal.SIGTERM)
LATER = "+3d"


def faketime() -> Path | None:
    """The library that gives a process a clock of its own (Debian: `faketime`), if it is here."""
    return next(iter(sorted(Path("/usr/lib").glob(LIBRARIES))), None)


class Crew:
    """Three workers, one of them on a clock of its own, and one web process."""

    def __init__(self, url: str, around: dict[str, str], folder: Path) -> None:
        self._url, self._around, self._folder = url, around, folder
        self._lock = threading.Lock()
        self._clock = folder / "clock"
        self.step_clock("+0")
        self.workers: list[subprocess.Popen[bytes]] = []
        self.web: subprocess.Popen[bytes] | None = None
        self.port = 0

    def step_clock(self, offset: str) -> bool:
        """The clock of one worker goes ahead or back: `+3600s`, `-3600s`. False where no library can do that."""
        draft = self._clock.with_suffix(".new")
        draft.write_text(f"{offset}\n")
        draft.replace(self._clock)
        return faketime() is not None

    def fill_up(self) -> None:
        """Whoever is dead is started again."""
        with self._lock:
            self.workers = [one for one in self.workers if one.poll() is None]
            while len(self.workers) < WORKERS:
                own_clock = not any(one.args[-1] == "PT2S" for one in self.workers)  # type: ignore[index]
                self.workers.append(self._work(own_clock=own_clock))
            if self.port and (self.web is None or self.web.poll() is not None):
                self.web = self._start("serve", "--db", self._url, "--no-worker", "--port", str(self.port))

    def kill(self, count: int) -> int:
        """kill -9 of that many workers."""
        with self._lock:
            chosen = random.sample(self.workers, min(count, len(self.workers)))
            for one in chosen:
                _kill(one)
                self.workers.remove(one)
            return len(chosen)

    def kill_web(self) -> None:
        """kill -9 of the web process."""
        with self._lock:
            if self.web is not None:
                _kill(self.web)

    def cramped(self) -> int:
        """A worker whose disk is full: no file of its may grow. Gives its exit code after it was asked to stop."""
        one = self._start("work", "--db", self._url, "--seal-every", "PT0.1S", no_room=True)
        with suppress(subprocess.TimeoutExpired):
            one.wait(timeout=3)
        one.terminate()
        return one.wait(timeout=60)

    def wait_until_gone(self, seconds: float) -> bool:
        """Whether every worker ended by itself within that time."""
        try:
            for one in self.workers:
                one.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return all(one.returncode not in ENDED for one in self.workers)

    def stop(self) -> list[int]:
        """Asks everybody to end, and gives the exit codes of the workers."""
        with self._lock:
            everybody = [*self.workers, *([self.web] if self.web else [])]
            for one in everybody:
                one.terminate()
            codes = [one.wait(timeout=60) for one in everybody]
            return codes[: len(self.workers)]

    def late_web(self, port: int) -> subprocess.Popen[bytes]:
        """A web process in three days' time, when much is due."""
        return self._start("serve", "--db", self._url, "--no-worker", "--port", str(port), clock=LATER)

    def late_worker(self) -> subprocess.Popen[bytes]:
        """A worker at that time."""
        return self._start("work", "--db", self._url, clock=LATER)

    def _work(self, *, own_clock: bool) -> subprocess.Popen[bytes]:
        asked = ("work", "--db", self._url, "--batch", "7", "--seal-every", "PT2S" if own_clock else "PT1S")
        return self._start(*asked, clock=self._clock if own_clock else "")

    def _start(self, *asked: str, clock: Path | str = "", no_room: bool = False) -> subprocess.Popen[bytes]:
        """`clock`: a file that says by how much its clock is off, or that itself; empty for none of its own."""
        around, library = dict(self._around), faketime()
        if clock and library is not None:
            which = "FAKETIME_TIMESTAMP_FILE" if isinstance(clock, Path) else "FAKETIME"
            around |= {
                "LD_PRELOAD": str(library),
                which: str(clock),
                "FAKETIME_CACHE_DURATION": "1",
                "DONT_FAKE_MONOTONIC": "1",
            }
        log = (self._folder / "crew.log").open("ab")
        with log:
            return subprocess.Popen(
                [*(NO_ROOM if no_room else ()), sys.executable, "-c", MAIN, *asked],
                env=around,
                stdout=log,
                stderr=log,
            )


def _kill(one: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        one.kill()
    one.wait(timeout=60)


def environment(folder: Path, receiver: str, secret: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "KINFIRST_KEY_FILE": str(folder / "storm.key"),
        "KINFIRST_PAGE_WEBHOOK": receiver,
        "KINFIRST_WEBHOOK_SECRET": secret,
    }
