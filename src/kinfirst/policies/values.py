"""Reading one value of a pack: the right type, a sensible size, a known word.

Every reader takes what TOML gave and returns what the core wants, or raises `Wrong` with what is wrong and
what would be right. No reader guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from re import fullmatch
from typing import Any

import msgspec

from kinfirst.core.policy import DAY

LONGEST = timedelta(days=36_500)
_KEY = r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,79}"
_NAMES: dict[type, str] = {
    str: "text", bool: "true or false", int: "a whole number", float: "a number", list: "a list",
    dict: "a table", datetime: "a moment", date: "a date", time: "a time of day",
}  # fmt: skip
Read = Callable[[Any], Any]


class Wrong(Exception):
    """A value that cannot be used: what it is, what would be right, and the item of the list it is about."""

    def __init__(self, what: str, right: str, *, item: str = "") -> None:
        super().__init__(what)
        self.what, self.right, self.item = what, right, item


def shown(value: object) -> str:
    """A value as a message shows it: short, in quotes."""
    text = str(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"


def kind_of(value: object) -> str:
    """The type of a TOML value in plain words."""
    return _NAMES.get(type(value), type(value).__name__)


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """`Did you mean 'x'?` where something is near, else the whole list."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."


def text(value: Any) -> str:
    """Text that says something, of at most 4000 characters."""
    if not isinstance(value, str):
        raise Wrong(f"is {kind_of(value)}.", "Write text in quotes.")
    if not value.strip() or len(value) > 4000:
        raise Wrong("is empty or longer than 4000 characters.", "Write a short text.")
    return value.strip()


def key(value: Any) -> str:
    """A short code: letters, digits, `_ . : -`, 80 characters at most."""
    word = text(value)
    if fullmatch(_KEY, word) is None:
        raise Wrong(f"{shown(word)} is not a short code.", "Use letters, digits and _ . : - (80 at most).")
    return word


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(f"is {kind_of(value)}.", "Write true or false, without quotes.")
    return value


def number(low: int, high: int) -> Read:
    """A whole number between two limits, both allowed."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"is {kind_of(value)}.", f"Write a whole number from {low} to {high}.")
        if not low <= value <= high:
            raise Wrong(f"{value} is out of range.", f"Write a whole number from {low} to {high}.")
        return value

    return read


def day(value: Any) -> date:
    """A calendar day."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise Wrong(f"is {kind_of(value)}.", "Write a date without quotes, such as 2026-01-31.")
    return value


def duration(value: Any, *, zero: bool = True) -> timedelta:
    """An ISO 8601 duration in days, hours, minutes, seconds: never negative, at most a hundred years."""
    example = "Write an ISO 8601 duration such as PT4H, PT30M or P30D."
    if not isinstance(value, str):
        raise Wrong(f"is {kind_of(value)}.", example)
    try:
        length = msgspec.convert(value, timedelta)
    except (msgspec.ValidationError, OverflowError):
        raise Wrong(f"{shown(value)} is not a duration.", example) from None
    if length < timedelta():
        raise Wrong(f"{shown(value)} is negative.", "Nothing is due before it begins; write a positive duration.")
    if length > LONGEST:
        raise Wrong(f"{shown(value)} is longer than a hundred years.", example)
    if not length and not zero:
        raise Wrong(f"{shown(value)} leaves no time at all.", example)
    return length


def positive(value: Any) -> timedelta:
    """A duration longer than nothing."""
    return duration(value, zero=False)


def duration_or_none(value: Any) -> timedelta | None:
    """A duration longer than nothing, or the word `none`."""
    return None if value == "none" else duration(value, zero=False)


def clock(value: Any) -> int:
    """A time of day in minutes after midnight; `24:00` is the end of the day (R62)."""
    if isinstance(value, time) and not value.second and not value.microsecond and value.tzinfo is None:
        return value.hour * 60 + value.minute
    right = 'Write a time of day in quotes, "00:00" to "24:00".'
    if not isinstance(value, str):
        raise Wrong(f"is {kind_of(value)}.", right)
    found = fullmatch(r"([0-9]{2}):([0-9]{2})", value)
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else DAY + 1
    if minutes > DAY:
        raise Wrong(f"{shown(value)} is not a time of day.", right)
    return minutes


def one_of(*known: str) -> Read:
    """One of these words."""

    def read(value: Any) -> str:
        word = text(value)
        if word not in known:
            raise Wrong(f"{shown(word)} is not known.", suggestion(word, known))
        return word

    return read


def several(item: Read, *, least: int = 1) -> Read:
    """A list of such values, none twice, at least so many."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(f"is {kind_of(value)}.", 'Write a list, such as ["a", "b"].')
        if len(value) < least:
            raise Wrong("is empty.", f"Name at least {least}.")
        found: list[Any] = []
        for place, one in enumerate(value):
            try:
                found.append(item(one))
            except Wrong as wrong:
                raise Wrong(wrong.what, wrong.right, item=f"[{place}]{wrong.item}") from None
            if found[-1] in found[:-1]:
                raise Wrong(f"{shown(one)} stands there twice.", "Name each once.", item=f"[{place}]")
        return tuple(found)

    return read
