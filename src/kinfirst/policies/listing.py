"""What a pack says, key by key, in words: for `kinfirst policy show`, the reference page and the drawing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from kinfirst.core.policy import TASK_DUE
from kinfirst.policies.keys import KEYS, LISTS, TABLE_NOTES, TABLES
from kinfirst.policies.load import Pack

_UNITS = ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes"), (1, "second", "seconds"))
_TWO_DAYS = 2 * 86_400
_PRECEDENCE = "kin.precedence"


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a pack: its dotted key, the value as the file has it and in words, where it is from.

    `unverified` means that the value was not seen in its source and must be checked before it is relied on.
    """

    key: str
    value: Any
    text: str
    source: str
    unverified: bool


def stated(pack: Pack) -> tuple[Stated, ...]:
    """Every value of a pack in the order of the reference page: a table without fixed keys entry by entry."""
    found: list[Stated] = []
    for name in key_names():
        if name in TABLES:
            table = pack.document.get(name, {})
            found += [_stated(pack, f"{name}.{key}", table[key]) for key in table if key not in TABLE_NOTES]
        else:
            found.append(_stated(pack, name, _at(pack.document, name)))
    return tuple(found)


def key_names() -> tuple[str, ...]:
    """Every key of a pack, each list and table at its place among the keys of its table."""
    names = [key.name for key in KEYS]
    names.insert(names.index("kin.adult"), _PRECEDENCE)
    names.insert(names.index("team.min"), "tiers")
    names.insert(names.index("close.requires"), "orgs")
    return (*names, *(name for name in (*LISTS, *TABLES) if name not in names))


def _stated(pack: Pack, name: str, value: Any) -> Stated:
    return Stated(
        key=name,
        value=value.isoformat() if isinstance(value, date) else value,
        text=in_words(name, value),
        source=pack.sources.get(name, ""),
        unverified=name in pack.unverified,
    )


def _at(document: dict[str, Any], name: str) -> Any:
    here: Any = document
    for part in name.split("."):
        here = here[part]
    return here


def in_words(name: str, value: Any) -> str:
    """A value of the file as a person reads it; durations keep how they are written."""
    if name == _PRECEDENCE:
        return "; ".join(f"{number} {_rank(rank)}" for number, rank in enumerate(value, 1))
    if name == "tiers":
        return ", ".join(_tier(tier) for tier in value) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)


def _rank(rank: dict[str, Any]) -> str:
    relation, tie = rank["relation"], rank.get("tie", "elder")
    names = " or ".join(relation) if isinstance(relation, list) else relation
    return names if tie == "elder" else f"{names} (tie: {tie})"


def _tier(tier: dict[str, Any]) -> str:
    return f"{tier['office']} through {tier['through']}" if "through" in tier else str(tier["office"])


def length(duration: timedelta) -> str:
    """A duration in words, in its largest units: `4 hours`, `30 days`, `at once`; up to two days in hours."""
    left = int(duration.total_seconds())
    words: list[str] = []
    for seconds, one, many in _UNITS if left > _TWO_DAYS else _UNITS[1:]:
        count, left = divmod(left, seconds)
        if count:
            words.append(f"{count} {one if count == 1 else many}")
    return " ".join(words) or "at once"


def clock(minutes: int) -> str:
    """A time of day, `05:00` to `24:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def default_times() -> tuple[tuple[str, str], ...]:
    """How long tasks may stay open where a pack says nothing: kind and duration in words."""
    return tuple((kind, length(due)) for kind, due in sorted(TASK_DUE.items()))
