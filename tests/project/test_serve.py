"""`kinfirst serve` as a person starts it: in a fresh folder, a second time, beside another, and in the way."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]

RUN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Served:
    """A running `kinfirst serve`. `said` is what it printed until its address."""

    def __init__(self, folder: Path, *args: str, **more: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINFIRST_", "DJANGO_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", *args],
            env={**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **more},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""
        self.address = ""

    def up(self) -> Served:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith("serving "):
                self.address = line.split()[1]
                return self
        raise AssertionError(f"it never served: {self.said}{self.ended()[1]}")

    def ended(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err

    @property
    def sign_in(self) -> list[str]:
        """The lines that say how to sign in."""
        lines = self.said.splitlines()
        return [line for line in lines if "password" in line or line.startswith("  ")]


@contextmanager
def served(folder: Path, *args: str) -> Iterator[Served]:
    one = Served(folder, *args)
    try:
        yield one.up()
    finally:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        for pipe in (one.process.stdout, one.process.stderr):
            if pipe is not None:
                pipe.close()


def test_the_demonstration_from_a_fresh_folder_twice(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--port", "0") as first:
        assert "plays The night" in first.said
        assert httpx.get(f"{first.address}accounts/login/").status_code == 200
        assert httpx.get(f"{first.address}healthz").status_code == 200
        first.process.send_signal(signal.SIGINT)
        code, rest = first.ended()
        assert (code, rest.splitlines()[0]) == (0, "stopped"), rest
    assert (tmp_path / "var" / "demo-sign-in").stat().st_mode & 0o777 == 0o600
    with served(tmp_path, "--demo", "--port", "0") as second:
        assert "plays" not in second.said
        assert second.sign_in == first.sign_in != []
        _signs_in(second)
        second.process.send_signal(signal.SIGTERM)
        assert second.ended()[0] == 0


def _signs_in(one: Served) -> None:
    """The sign-in that is printed opens the board, and the beds of the demonstration are on their page."""
    password = one.sign_in[0].split()[-1]
    with httpx.Client(base_url=one.address, follow_redirects=True) as browser:
        page = browser.get("accounts/login/")
        token = TOKEN.search(page.text)
        assert token is not None
        form = {"login": "sakura", "password": password, "csrfmiddlewaretoken": token[1]}
        answer = browser.post("accounts/login/", data=form)
        assert answer.status_code == 200
        assert answer.url.path == "/"
        beds = browser.get("station/")
        assert beds.status_code == 200
        assert "trauma-1" in beds.text


def test_two_first_starts_at_once_make_one_demonstration(tmp_path: Path) -> None:
    one, other = (Served(tmp_path, "--demo", "--port", "0") for _ in range(2))
    try:
        assert one.up().sign_in == other.up().sign_in
        assert one.address != other.address
    finally:
        for each in (one, other):
            each.process.send_signal(signal.SIGINT)
        assert [each.ended()[0] for each in (one, other)] == [0, 0]


def test_a_port_that_is_taken_is_one_clear_line_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = Served(tmp_path, "--demo", "--port", str(port)).ended()
    assert code == 2
    assert said == f"kinfirst: port {port} is taken by another program: choose another\n"
    assert not (tmp_path / "var" / "kinfirst.sqlite3").exists()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_this_machines_is_one_clear_line(tmp_path: Path, host: str) -> None:
    code, said = Served(tmp_path, "--host", host, "--port", "0").ended()
    assert (code, len(said.splitlines())) == (2, 1)
    assert "--host" in said


def test_pages_alone_have_no_worker(tmp_path: Path) -> None:
    with served(tmp_path, "--no-worker", "--port", "0") as one:
        assert httpx.get(f"{one.address}accounts/login/").status_code == 200
        one.process.send_signal(signal.SIGINT)
        assert one.ended()[0] == 0


def test_a_setting_that_cannot_be_used_is_said_before_anything_is_made(tmp_path: Path) -> None:
    code, said = Served(tmp_path, "--port", "0", KINFIRST_PUSH="pigeon://loft").ended()
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("kinfirst: KINFIRST_PUSH: ")
    assert not (tmp_path / "var" / "kinfirst.sqlite3").exists()


def test_a_bed_that_cannot_be_read_is_said_before_anything_is_made(tmp_path: Path) -> None:
    code, said = Served(tmp_path, "--port", "0", KINFIRST_BEDS="trauma-1=script:party").ended()
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("kinfirst: KINFIRST_BEDS: trauma-1: script: one of night, ")
    assert not (tmp_path / "var" / "kinfirst.sqlite3").exists()


def test_a_nats_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    code, said = Served(tmp_path, "--port", "0", KINFIRST_NATS="nats://127.0.0.1:9").ended()
    assert (code, said.count("\n")) == (2, 1)
    assert "no NATS server" in said


def test_a_bed_is_watched_beside_the_pages_and_given_back_at_the_end(tmp_path: Path) -> None:
    one = Served(tmp_path, "--no-worker", "--port", "0", KINFIRST_BEDS="trauma-1=script:night@30")
    try:
        one.up()
        assert httpx.get(f"{one.address}healthz").status_code in (200, 503)
        one.process.send_signal(signal.SIGTERM)
        code, said = one.ended()
        assert (code, said.splitlines()[0]) == (0, "stopped"), said
        assert "Traceback" not in said
    finally:
        one.process.kill()
