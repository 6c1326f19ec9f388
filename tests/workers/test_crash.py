"""Workers are killed at any instant, again and again: nothing is lost, nothing is done twice (design.md section 9)."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.workers.receiver import Receiver, Request, listening

pytestmark = [pytest.mark.network, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CASES = 200
WORKERS = 3
ROUNDS = 5
LONGEST_LIFE = 1.6
# At every so many requests all workers die while the sender waits for its answer: the sender too.
FATAL_EVERY = 40
MOST_FATAL = 4
WORK = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A database made for this test alone, of the kind that the suite runs on."""
    server = os.environ.get("KINFIRST_TEST_DB", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/crash.sqlite3"
        return
    import psycopg

    name = f"kf_crash_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Gang:
    """Workers that are killed."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        self._url, self._environment = url, environment
        self._living: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        command = [sys.executable, "-c", WORK, "work", "--db", self._url, "--batch", "7", "--seal-every", "PT0.2S"]
        with self._lock:
            while len(self._living) < WORKERS:
                quiet = subprocess.DEVNULL
                self._living.append(subprocess.Popen(command, env=self._environment, stdout=quiet, stderr=quiet))

    def kill(self, count: int = WORKERS) -> None:
        with self._lock:
            for process in random.sample(self._living, min(count, len(self._living))):
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                process.wait(timeout=30)
                self._living.remove(process)

    def stop(self) -> list[int]:
        """Asks them to end, and gives their exit codes."""
        with self._lock:
            for process in self._living:
                process.terminate()
            return [process.wait(timeout=30) for process in self._living]


def run(act: str, url: str, what: object, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.workers.crash_house", act, url, str(what)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def environment(tmp_path: Path, receiver: Receiver) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "KINFIRST_KEY_FILE": str(tmp_path / "crash.key"),
        "KINFIRST_PAGE_WEBHOOK": receiver.url,
        "KINFIRST_WEBHOOK_SECRET": secrets.token_urlsafe(40),
    }


class Killer:
    """Answers requests, and every so often kills everybody in the middle of one: before it is counted, or after."""

    def __init__(self) -> None:
        self.gang: Gang | None = None
        self.kills = 0
        self.killed = threading.Semaphore(0)
        self._seen = 0
        self._lock = threading.Lock()

    def __call__(self, _request: Request) -> int:
        with self._lock:
            self._seen += 1
            fatal = self.gang is not None and self._seen % FATAL_EVERY == 0 and self.kills < MOST_FATAL
            if fatal and self.gang is not None:
                self.kills += 1
                self.gang.kill()
                self.killed.release()
                return 200 if self.kills % 2 else 0
        return 200


@contextmanager
def killing_receiver() -> Iterator[tuple[Receiver, Killer]]:
    killer = Killer()
    with listening(Receiver(killer)) as receiver:
        yield receiver, killer


def test_workers_that_are_killed_lose_nothing_and_double_nothing(tmp_path: Path, url: str) -> None:
    with killing_receiver() as (receiver, killer):
        around = environment(tmp_path, receiver)
        expected = run("fill", url, CASES, around)["due"]
        gang = killer.gang = Gang(url, around)
        moment = threading.Event()
        for _ in range(MOST_FATAL):
            gang.start()
            assert killer.killed.acquire(timeout=60)
        for _ in range(ROUNDS):
            gang.start()
            moment.wait(random.uniform(0.4, LONGEST_LIFE))
            gang.kill(random.randint(1, WORKERS))
        gang.start()
        moment.wait(1.5)
        killer.gang = None
        assert set(gang.stop()) <= {0, -signal.SIGTERM}  # one that had not come up yet is ended by the signal itself
        twice = [key for key, count in receiver.counts.items() if count > 1]
        assert twice == [], "sent again by itself"
        keys = tmp_path / "keys"
        keys.write_text("\n".join(receiver.counts))
        found = run("finish", url, keys, around)

    assert found["ticked"] == expected, "every due moment came exactly once"
    assert found["asked"] == dict.fromkeys(found["unknown"], 1), "a person was asked once about each unknown message"
    assert len(found["unknown"]) >= MOST_FATAL, "whoever was killed in the middle of a request left a question"
    assert set(found["states"]) <= {"sent", "delivered"}, "no message is left"
    assert dict(receiver.counts) == dict.fromkeys(found["messages"], 1), "every message arrived, and once"
    assert found["wrong"] == []
