"""The databases of a storm: a SQLite file, and a PostgreSQL server of our own that may be crashed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAGE = "4096"
FULL_FOR = 2.0


class Database:
    """Where the house lives. What cannot be done to it is answered False."""

    kind = "SQLite"

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def file(self) -> Path | None:
        """The file, where it is one."""
        return Path(self.url.removeprefix("sqlite:///"))

    def cut_connections(self) -> int:
        """Ends connections in the middle of whatever they do, and says how many."""
        return 0

    def crash(self) -> bool:
        """The server falls over, and comes up again."""
        return False

    def fill_disk(self) -> int:
        """The disk is full for a while, and has room again: for how many processes of the server."""
        return 0


class Postgres(Database):
    """A server on the loopback address that nobody else uses."""

    kind = "PostgreSQL"

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(f"postgresql://kinfirst@127.0.0.1:{port}/storm")
        self._folder, self._port = folder, port

    @property
    def file(self) -> Path | None:
        return None

    def cut_connections(self) -> int:
        import psycopg

        ends = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'storm' AND random() < 0.5"
        )
        try:
            with psycopg.connect(self.url.replace("/storm", "/postgres"), autocommit=True) as connection:
                found = connection.execute(ends).fetchone()
        except psycopg.Error:
            return 0
        return int(found[0]) if found else 0

    def crash(self) -> bool:
        self.control("restart", "--mode", "immediate")
        return True

    def fill_disk(self) -> int:
        """No file may grow beyond a page for any process that serves: what cannot be logged ends in a crash and a
        recovery, as on a disk without room. Those that come up after that have room."""
        found = [pid for pid in self._children() if _may_write(pid, PAGE)]
        threading.Event().wait(FULL_FOR)
        for pid in found:
            _may_write(pid, "unlimited")
        return len(found)

    def _children(self) -> list[int]:
        server = (self._folder / "server" / "postmaster.pid").read_text().split()[0]
        found = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        return [int(pid) for pid in found]

    def start(self) -> None:
        _run(
            _bin() / "initdb",
            "--pgdata",
            self._folder / "server",
            "--username",
            "kinfirst",
            "--auth",
            "trust",
            "--no-sync",
        )
        self.control("start")
        import psycopg

        with psycopg.connect(self.url.replace("/storm", "/postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE storm")

    def control(self, act: str, *more: str) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
        asked: list[Any] = ["--pgdata", self._folder / "server", "--log", self._folder / "log", "--wait"]
        asked += [] if act == "stop" else ["--options", options]
        _run(_bin() / "pg_ctl", *asked, *more, act)


def _may_write(pid: int, most: str) -> bool:
    """Sets how long (bytes) a file may become by that process; False where it is gone."""
    try:
        _run("prlimit", "--pid", pid, f"--fsize={most}:")
    except subprocess.CalledProcessError:
        return False
    return True


def _bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    named = shutil.which("pg_ctl")
    if not found and named is None:
        raise SystemExit("chaos: PostgreSQL is not installed here (package postgresql)")
    return found[-1].parent if found else Path(str(named)).parent


def _run(*command: Any) -> None:
    # PostgreSQL refuses to run as root: there it is its own user's.
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    quiet = subprocess.DEVNULL
    asked = [*before, *map(str, command)]
    subprocess.run(asked, check=True, stdin=quiet, stdout=quiet, stderr=quiet, timeout=120, cwd="/")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for as long as the block lasts; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="kinfirst-chaos-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = Postgres(folder, port)
        server.start()
        try:
            yield server
        finally:
            server.control("stop", "--mode", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
