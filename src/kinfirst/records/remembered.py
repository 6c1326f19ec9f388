"""What every process must know for a while: how often somebody tried, which code was used already (R60).

Django's cache on the database of the record, so that limits hold however many processes there are, with no other
service. Every call is one statement, so that two processes never both come first. Keys are kept as keyed digests: they
hold addresses and account names. Values are JSON: what is read back can only be data.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from kinfirst.clock import SystemClock
from kinfirst.records import keys
from kinfirst.records.models import Remembered
from kinfirst.records.moments import micros

TRIES = 50
NEVER = 2**62
_INTO = "INSERT INTO records_remembered (name, text, ends) VALUES (%s, %s, %s) ON CONFLICT (name) "
_OVER = "DO UPDATE SET text = excluded.text, ends = excluded.ends"
PUT = _INTO + _OVER
PUT_IF_NONE = f"{_INTO}{_OVER} WHERE records_remembered.ends <= %s"


class SharedCache(BaseCache):
    """For a few small facts that live for minutes, not for what is merely slow to compute."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keeps it if nothing is kept under that key; whether it did."""
        return _changed(PUT_IF_NONE, self._name(key, version), json.dumps(value), self._ends(timeout), _now()) == 1

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """What is kept, or the default."""
        kept = Remembered.objects.filter(name=self._name(key, version), ends__gt=_now())
        text = kept.values_list("text", flat=True).first()
        return default if text is None else json.loads(text)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keeps it, whatever is kept; what has ended is forgotten."""
        Remembered.objects.filter(ends__lte=_now()).delete()
        _changed(PUT, self._name(key, version), json.dumps(value), self._ends(timeout))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Gives it another end; whether it is kept."""
        kept = Remembered.objects.filter(name=self._name(key, version), ends__gt=_now())
        return kept.update(ends=self._ends(timeout)) == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forgets it; whether it was kept."""
        return Remembered.objects.filter(name=self._name(key, version)).delete()[0] == 1

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Counts on, also when others do at the same moment. Raises ValueError when nothing is kept."""
        name = self._name(key, version)
        for _ in range(TRIES):
            kept = Remembered.objects.filter(name=name, ends__gt=_now())
            text = kept.values_list("text", flat=True).first()
            if text is None:
                raise ValueError("nothing is kept under that key")
            count = int(json.loads(text)) + delta
            if kept.filter(text=text).update(text=json.dumps(count)) == 1:
                return count
        raise ValueError("too many count on the same key")

    def clear(self) -> None:
        """Forgets everything."""
        Remembered.objects.all().delete()

    def _name(self, key: Any, version: int | None) -> str:
        return keys.mac("remembered", (self.make_and_validate_key(key, version=version),)).hex()

    def _ends(self, timeout: Any) -> int:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return NEVER if seconds is None else _now() + int(seconds * 1_000_000)


def _now() -> int:
    return micros(SystemClock().now())


def _changed(statement: str, *values: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
