"""What it was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path

from benchmarks.places import POSTGRES


def described() -> dict[str, str]:
    """Machine, versions and load at the start, one line each."""
    found = {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": f"{sqlite3.sqlite_version}, WAL, synchronous=FULL",
        "load at start": f"{os.getloadavg()[0]:.2f} (1 minute), {os.getloadavg()[1]:.2f} (5 minutes)",
    }
    if url := os.environ.get(POSTGRES):
        found["PostgreSQL"] = _postgresql(url)
    return found


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _memory() -> str:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{total / 2**30:.0f} GiB"


def _postgresql(url: str) -> str:
    import psycopg

    wanted = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with psycopg.connect(url) as connection:
        found = [connection.execute(f"SHOW {name}").fetchone() for name in wanted]
    version, *rest = [str(row[0]) if row else "?" for row in found]
    return ", ".join((version, *(f"{name}={value}" for name, value in zip(wanted[1:], rest, strict=True))))
