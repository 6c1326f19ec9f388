"""Moments as whole microseconds since 1970, UTC.

Both databases then hold the same number, plain SQL and the ORM read the same value, and no zone or precision
is lost on the way: a moment in the record is compared to the bit when it is verified.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Whole = models.BigIntegerField[datetime | None, datetime | None]
else:
    _Whole = models.BigIntegerField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970. ValueError when the moment has no time zone."""
    if at.tzinfo is None:
        raise ValueError("a moment must have a time zone")
    return (at - EPOCH) // _MICRO


def maybe_micros(at: datetime | None) -> int | None:
    """The same, or None."""
    return None if at is None else micros(at)


def moment(value: int) -> datetime:
    """The moment (UTC) that many microseconds after 1970 began."""
    return EPOCH + timedelta(microseconds=value)


def maybe_moment(value: int | None) -> datetime | None:
    """The same, or None."""
    return None if value is None else moment(value)


class MomentField(_Whole):
    """A datetime (UTC) to Python, a BIGINT of microseconds to the database."""

    def from_db_value(self, value: int | None, _expression: Any, _connection: Any) -> datetime | None:
        """What is read."""
        return None if value is None else moment(value)

    def to_python(self, value: Any) -> datetime | None:
        """From a form or a fixture: a datetime, or the number itself."""
        return moment(value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> int | None:
        """What is written or compared with."""
        return micros(value) if isinstance(value, datetime) else value

    @property
    def validators(self) -> list[Any]:
        """None: the database's range of a BIGINT is wider than that of a datetime."""
        return []
