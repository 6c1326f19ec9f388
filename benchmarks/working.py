"""Workers and servers as people start them, and what they use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.parts import environment
from benchmarks.places import Place

START = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"


def worker(place: Place) -> subprocess.Popen[bytes]:
    """`kinfirst work`, sending nothing."""
    command = [sys.executable, "-c", START, "work", "--no-send", "--seal-every", "PT0S"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment(place), stdout=quiet, stderr=quiet)


@contextmanager
def web(place: Place, *, ports: Sequence[int]) -> Iterator[None]:
    """`kinfirst serve --no-worker`, one process for each port."""
    quiet = subprocess.DEVNULL
    running = [
        subprocess.Popen(
            [sys.executable, "-c", START, "serve", "--no-worker", "--port", str(port)],
            env=environment(place),
            stdout=quiet,
            stderr=quiet,
        )
        for port in ports
    ]
    try:
        yield
    finally:
        for one in running:
            end(one)


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
