"""The same four steps in other systems, as those who make them show it in their first pages.

Each is a script of its own on an environment of its own (`var/bench/peers`), which holds what `pyproject.toml` lists
under `bench`. A step does nothing and returns: what is measured is what it costs to have it done once, in turn.
One that cannot be installed or started is reported as that.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from benchmarks.places import POSTGRES, POSTGRESQL, fresh
from benchmarks.run import Options, say

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "var" / "bench" / "peers"
PYTHON = VENV / "bin" / "python"
TITLES = {
    "dbos": "DBOS workflow, PostgreSQL",
    "procrastinate": "Procrastinate jobs, PostgreSQL",
    "celery": "Celery tasks, Redis without a disk",
    "huey": "Huey tasks, SQLite",
    "temporal": "Temporal workflow, development server",
}
LONGEST = 300


def install() -> dict[str, str]:
    """Installs each; what went wrong, by the name of the requirement."""
    if not PYTHON.exists():
        VENV.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wrong: dict[str, str] = {}
    for name in listed["project"]["optional-dependencies"]["bench"]:
        done = subprocess.run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            wrong[name] = (done.stderr.strip().splitlines() or ["?"])[-1]
    return wrong


def measured(options: Options) -> Iterator[tuple[str, float | None, str]]:
    """Each peer's steps a second; None and the reason where there is none."""
    for name, title in TITLES.items():
        say(f"  {title}")
        try:
            rate = _one(name, options.peer_cases)
        except (OSError, RuntimeError, subprocess.SubprocessError, ValueError) as wrong:
            yield name, None, f"could not be run: {str(wrong)[-300:]}"
        else:
            yield name, rate, f"{options.peer_cases} chains"


def _one(name: str, cases: int) -> float:
    if not PYTHON.exists():
        raise RuntimeError("not installed: python -m benchmarks install")
    with tempfile.TemporaryDirectory(prefix="kinfirst-peer-") as folder:
        if name in ("dbos", "procrastinate"):
            if not os.environ.get(POSTGRES):
                raise RuntimeError("no PostgreSQL")
            with fresh(POSTGRESQL, Path(folder)) as place:
                return _run(name, cases, place.url, folder)
        if name == "celery":
            with _redis(folder) as url:
                return _run(name, cases, url, folder)
        return _run(name, cases, folder, folder)


def _run(name: str, cases: int, where: str, folder: str) -> float:
    around = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    around["PATH"] = f"{VENV / 'bin'}{os.pathsep}{around.get('PATH', '')}"
    done = subprocess.run(
        [str(PYTHON), str(HERE / f"{name}_peer.py"), where, str(cases)],
        cwd=folder,
        env=around,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-400:])
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return float(found["steps"]) / float(found["seconds"])


@contextmanager
def _redis(folder: str) -> Iterator[str]:
    """A Redis server of our own that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("no redis-server")
    port = free_port()
    quiet = subprocess.DEVNULL
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    server = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        _answers(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _answers(port: int) -> None:
    for _ in range(300):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise RuntimeError("the server did not come up")
