from __future__ import annotations

from pathlib import Path

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.project.database import POOL, django_database, hand_on, sqlite_path, url_in_use

READ = {
    "relative file": ("sqlite:///var/k.sqlite3", {"NAME": str(Path("var/k.sqlite3").absolute())}),
    "absolute file": ("sqlite:////srv/k/k.sqlite3", {"NAME": "/srv/k/k.sqlite3"}),
    "blank and percent in a file name": ("sqlite:////srv/a%20b%25.db", {"NAME": "/srv/a b%.db"}),
    "everything": (
        "postgresql://ann:p%40ss%2F@db.example:6543/house",
        {"NAME": "house", "USER": "ann", "PASSWORD": "p@ss/", "HOST": "db.example", "PORT": "6543"},
    ),
    "no host": ("postgresql:///house", {"NAME": "house", "USER": "", "HOST": "", "PORT": ""}),
    "socket": ("postgresql:///house?host=/var/run/postgresql", {"HOST": "/var/run/postgresql"}),
    "socket and port": ("postgresql:///house?host=/run&port=5433", {"HOST": "/run", "PORT": "5433"}),
    "options": ("postgresql://db/house?sslmode=require", {"OPTIONS": {"sslmode": "require"}}),
    "the other spelling": ("postgres://db/house", {"HOST": "db", "NAME": "house"}),
    "IPv6": ("postgresql://[::1]:5432/house", {"HOST": "::1", "PORT": "5432"}),
}

REFUSED = {
    "nothing": ("", "no scheme"),
    "a bare path": ("var/k.sqlite3", "no scheme"),
    "another product": ("mysql://ann:secret@db/house", "mysql:"),
    "two slashes": ("sqlite://var/k.sqlite3", "three slashes"),
    "no file": ("sqlite:///", "path of a file"),
    "memory": ("sqlite:///:memory:", "path of a file"),
    "a folder": ("sqlite:///var/", "path of a file"),
    "options after a file": ("sqlite:///k.db?mode=ro", "no options"),
    "no name": ("postgresql://ann:secret@db", "database name"),
    "two names": ("postgresql://db/a/b", "database name"),
    "port in words": ("postgresql://ann:secret@db:five/house", "port"),
    "port too high": ("postgresql://db:99999/house", "port"),
    "half an option": ("postgresql://db/house?sslmode", "options"),
    "unknown option": ("postgresql://db/house?colour=red", "unknown option colour"),
    "open bracket": ("postgresql://[::1/house", "not a database address"),
}


@pytest.mark.parametrize("row", READ)
def test_an_address_is_read(row: str) -> None:
    url, expected = READ[row]
    found = django_database(url)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("row", REFUSED)
def test_an_address_that_cannot_be_read_says_why_and_no_secret(row: str) -> None:
    url, reason = REFUSED[row]
    with pytest.raises(BadInput, match=r"^KINFIRST_DB: ") as wrong:
        django_database(url)
    assert reason in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_only_sqlite_has_a_file() -> None:
    assert sqlite_path("sqlite:////srv/k.db") == Path("/srv/k.db")
    assert sqlite_path("postgresql:///house") is None


@pytest.mark.parametrize("setting", ["", "  "])
def test_nothing_set_means_a_file_under_var(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINFIRST_DB", setting)
    assert url_in_use() == "sqlite:///var/kinfirst.sqlite3"


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_as_safe_as_it_claims() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW timezone")
            assert cursor.fetchone() == ("UTC",)
            return
        for pragma, expected in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 30_000),
        ):
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (expected,), pragma
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("url", "pool"),
    [("postgresql://kin@db.example/kin", POOL), ("sqlite:///var/kin.sqlite3", None)],
    ids=["PostgreSQL", "SQLite"],
)
def test_a_web_process_keeps_connections_to_a_server_alone(url: str, pool: dict[str, int] | None) -> None:
    found = django_database(url)
    assert "pool" not in found["OPTIONS"]
    hand_on(found)
    assert found["OPTIONS"].get("pool") == pool
