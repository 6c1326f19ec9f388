"""What every process must know for a while: limits hold however many processes there are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections

from kinfirst.records import models
from kinfirst.records.remembered import SharedCache

ROOT = Path(__file__).resolve().parents[2]
HANDS = 4


@pytest.mark.django_db
def test_it_is_what_the_program_counts_with() -> None:
    cache.set("a", [1.5, "x"], 60)
    assert isinstance(cache._connections[cache._alias], SharedCache)  # type: ignore[attr-defined]
    assert cache.get("a") == [1.5, "x"]
    assert cache.get("b", "none") == "none"
    assert [cache.add("a", 1, 60), cache.add("b", 1, 60), cache.add("b", 2, 60)] == [False, True, False]
    assert cache.touch("a", 60)
    assert cache.delete("a")
    assert not cache.touch("a", 60)
    assert cache.get("a") is None


@pytest.mark.django_db
def test_what_has_ended_is_none_and_is_forgotten() -> None:
    cache.set("a", 1, 0)
    assert cache.get("a") is None
    assert cache.add("a", 2, 60)
    cache.set("b", 1, -1)
    assert models.Remembered.objects.count() == 2
    cache.set("c", 1, None)
    assert models.Remembered.objects.count() == 2
    assert cache.get("c") == 1
    cache.clear()
    assert models.Remembered.objects.count() == 0


@pytest.mark.django_db
def test_no_address_and_no_account_is_kept_in_clear() -> None:
    cache.set("login:10.0.0.1:sakura", [1.0], 60)
    assert not [row for row in models.Remembered.objects.values() if "10.0.0" in str(row) or "sakura" in str(row)]


@pytest.mark.django_db
def test_nothing_but_data_is_taken_and_given_back() -> None:
    with pytest.raises(TypeError):
        cache.set("a", object(), 60)
    with pytest.raises(ValueError, match="nothing is kept"):
        cache.incr("a")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_comes_first_and_every_one_is_counted() -> None:
    cache.set("count", 0, 60)

    def hand(_: int) -> tuple[bool, int]:
        try:
            return cache.add("first", 1, 60), max(cache.incr("count") for _ in range(10))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        came = list(pool.map(hand, range(HANDS)))
    assert sorted(first for first, _ in came) == [False] * (HANDS - 1) + [True]
    assert max(last for _, last in came) == cache.get("count") == HANDS * 10


ASK = """
import sys
from kinfirst.project import setup_django
setup_django()
from django.test import Client
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
client = Client(SERVER_NAME="localhost")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(6):
    print("verify", client.post("/visits/verify", {"reference": "ABC123"}).status_code)
    page = client.post("/accounts/login/", {"login": "sakura", "password": "wrong"}).content.decode()
    print("page", "Too many failed" in page)
    body = {"username": "sakura", "password": "wrong"}
    print("token", client.post("/api/v1/tokens", body, content_type="application/json").status_code)
"""


def test_three_processes_together_get_what_one_would(tmp_path: Path) -> None:
    """A page for anybody, sign-in on the pages, sign-in of programs: each limit is reached once, not three times."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)]),
        "KINFIRST_DB": f"sqlite:///{tmp_path}/shared.sqlite3",
    }
    migrate = "from kinfirst.project import migrate, setup_django; setup_django(); migrate()"
    subprocess.run([sys.executable, "-c", migrate], env=environment, check=True, capture_output=True)
    crew = [
        subprocess.Popen(
            [sys.executable, "-c", ASK], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for one in crew:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    said = Counter(line for one in crew for line in one.communicate("go\n", timeout=60)[0].splitlines())
    assert said["verify 200"] == 10
    assert said["verify 429"] == 8
    assert said["page False"] == 5
    assert said["page True"] == 13
    assert said["token 401"] == 5
    assert said["token 429"] == 13
