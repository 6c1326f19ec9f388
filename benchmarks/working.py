"""Workers and servers as people start them, and what they use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.parts import environment
from benchmarks.places import Place

START = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"
UVICORN = "kinfirst.project.asgi:application"


def worker(place: Place) -> subprocess.Popen[bytes]:
    """`kinfirst work`, sending nothing."""
    command = [sys.executable, "-c", START, "work", "--no-send", "--seal-every", "PT0S"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment(place), stdout=quiet, stderr=quiet)


@contextmanager
def web(place: Place, *, port: int, processes: int) -> Iterator[None]:
    """The application under uvicorn."""
    command = [sys.executable, "-m", "uvicorn", UVICORN, "--port", str(port), "--workers", str(processes)]
    quiet = subprocess.DEVNULL
    around = environment(place)
    running = subprocess.Popen(
        [*command, "--no-access-log", "--lifespan", "off", "--log-level", "critical"],
        env=around,
        stdout=quiet,
        stderr=quiet,
    )
    try:
        yield
    finally:
        end(running)


def end(running: subprocess.Popen[bytes]) -> None:
    """Asks it to end, and makes it."""
    running.terminate()
    try:
        running.wait(timeout=20)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait(timeout=20)


def peak_memory(running: subprocess.Popen[bytes]) -> float:
    """The most memory (MB) it has held so far; 0 where the system does not say."""
    status = Path(f"/proc/{running.pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
