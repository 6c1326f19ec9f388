"""KINFIRST_DB: one address for the database, read into Django's settings.

sqlite:///var/kinfirst.sqlite3           relative to the current directory
sqlite:////srv/kinfirst/kinfirst.sqlite3 absolute: four slashes
postgresql://user:password@host:5432/name
postgresql:///name?host=/var/run/postgresql
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from kinfirst.core.errors import BadInput

DEFAULT = "sqlite:///var/kinfirst.sqlite3"
VARIABLE = "KINFIRST_DB"

# How long a writer waits for another one, in seconds and for SQLite's own clock in milliseconds.
BUSY_SECONDS = 30
SQLITE_START = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}; PRAGMA journal_mode=WAL; "
    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
)
# What a web process keeps open to PostgreSQL, and how long (seconds) a request waits for one of them.
POOL = {"min_size": 2, "max_size": 20, "timeout": BUSY_SECONDS}
POSTGRES_SCHEMES = ("postgresql", "postgres")
POSTGRES_OPTIONS = frozenset(
    (
        "application_name",
        "connect_timeout",
        "host",
        "passfile",
        "port",
        "service",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
    )
)


def url_in_use() -> str:
    """The address in force: KINFIRST_DB, else a SQLite file under `var` in the current directory."""
    return os.environ.get(VARIABLE, "").strip() or DEFAULT


def sqlite_path(url: str) -> Path | None:
    """The file a SQLite address points at; None for PostgreSQL. Raises BadInput where it cannot be read."""
    parts = _split(url)
    return _path(parts) if parts.scheme == "sqlite" else None


def django_database(url: str) -> dict[str, Any]:
    """One entry of Django's DATABASES. Raises BadInput saying what is wrong, without user or password."""
    parts = _split(url)
    return _sqlite(parts) if parts.scheme == "sqlite" else _postgres(parts)


def hand_on(database: dict[str, Any]) -> None:
    """Keeps connections to PostgreSQL open from one request to the next: each is answered in a thread of its own,
    which would else open one. Changes the entry of DATABASES; to be done before anything is asked."""
    if database["ENGINE"].endswith("postgresql"):
        database["OPTIONS"]["pool"] = dict(POOL)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme == "sqlite" or parts.scheme in POSTGRES_SCHEMES
    except ValueError as wrong:
        raise BadInput(f"{VARIABLE}: not a database address: {wrong}") from None
    if not known:
        raise BadInput(
            f"{VARIABLE}: the address starts with {parts.scheme + ':' if parts.scheme else 'no scheme'!r}; "
            "write sqlite:///path or postgresql://user:password@host:port/name"
        )
    return parts


def _path(parts: SplitResult) -> Path:
    if parts.netloc:
        raise BadInput(
            f"{VARIABLE}: sqlite takes three slashes and a relative path (sqlite:///var/kinfirst.sqlite3) "
            "or four and an absolute one"
        )
    if parts.query or parts.fragment:
        raise BadInput(f"{VARIABLE}: sqlite takes no options after the path; write %3F for a question mark")
    name = unquote(parts.path[1:])
    if name in ("", ":memory:") or name.endswith("/") or "\0" in name:
        # A database in memory is another one for each thread: nothing written would be found again.
        raise BadInput(f"{VARIABLE}: sqlite needs the path of a file, such as sqlite:///var/kinfirst.sqlite3")
    return Path(name)


def _sqlite(parts: SplitResult) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(_path(parts).absolute()),
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE_START,
        },
    }


def _postgres(parts: SplitResult) -> dict[str, Any]:
    try:
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise BadInput(f"{VARIABLE}: the port or the options of the address cannot be read") from None
    name = unquote(parts.path[1:])
    if not name or "/" in name:
        raise BadInput(f"{VARIABLE}: postgresql needs one database name after the host: postgresql://host/name")
    unknown = sorted(set(options) - POSTGRES_OPTIONS)
    if unknown:
        raise BadInput(f"{VARIABLE}: unknown option {', '.join(unknown)}; known: {', '.join(sorted(POSTGRES_OPTIONS))}")
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", "") or (str(port) if port else ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
