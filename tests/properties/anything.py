"""Any command at all, with arguments of the right kind and often the right value: strategies made from the structs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS, AnyDo, Ipass, OpenCase
from tests.properties.company import CASUALTY, KIN, OFFICERS, STAFF

WORDS = st.sampled_from(["", "as found", "because"])
WRITTEN = {
    "image": st.sampled_from(("UklGRg==", "UklGRhAA")),
    "strip": st.sampled_from(("strip1.gA==", "strip1.gQ==")),
}
PEOPLE = (CASUALTY, *KIN, *OFFICERS, *STAFF)
# Where a short code has a vocabulary of its own; anything else is one of a few words.
KEYS: dict[str, tuple[str, ...]] = {
    "method": ("wristband", "visual", "fingerprint", "registry_match", "property", "dna", "guess"),
    "identifiers": ("wristband", "service_number", "body_mark"),
    "mismatched": ("wristband",),
    "relation": ("spouse", "child", "parent", "sibling", "partner", "cousin"),
    "result": ("no_answer", "moved", "not_home", "refused", "note_left"),
    "step": ("records", "unit", "last_address", "agency", "comrades", "division", "union", "chart", "police"),
    "rule": ("R20", "R23", "R25", "R27", "R29", "R30", "R31", "R42", "R69", "R71", "R10", "stage"),
    "org": ("registrar", "pay", "opo", "gp", "appointments"),
    "fact": ("cause", "place"),
    "type": ("hostile", "non_hostile", "pending"),
    "status": ("deceased", "missing"),
    "category": ("kia", "accident", "pending"),
}
FIELDS: dict[str, tuple[str, ...]] = {
    "evidence": ("certificate", "decree", "search", "allegation"),
    "entry": (*STAFF, "1", "2"),
    "offer": (*STAFF, "1", "2"),
    "place": (*KIN, *OFFICERS, "office:leader", "agency"),
    "item": ("ring", "watch"),
    "with": tuple(STAFF),
}
ITEMS = (("ring", "watch"), ("none",), ())


def commands(now: datetime, *, house: bool = False, names: Iterable[str] | None = None) -> st.SearchStrategy[AnyDo]:
    """A command of a case (or of the house) as somebody might give it at `now`."""
    wanted = set(names or COMMANDS) & (HOUSE_COMMANDS if house else set(COMMANDS) - HOUSE_COMMANDS)
    kinds = [COMMANDS[name] for name in sorted(wanted) if COMMANDS[name] is not OpenCase]
    return st.sampled_from(kinds).flatmap(lambda kind: _built(kind, now))


def _built(kind: type[Any], now: datetime) -> st.SearchStrategy[Any]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    given = {field.name: _field(field, now) for field in info.fields}
    return st.fixed_dictionaries(given).map(lambda values: kind(**values))


def _field(field: inspect.Field, now: datetime) -> st.SearchStrategy[Any]:
    if field.encode_name == "items":
        return st.sampled_from(ITEMS)
    value = _value(field.encode_name, field.type, now)
    if field.required or field.default is msgspec.NODEFAULT:
        return value
    # A default is more often right than not: an optional argument is given half the time.
    return st.one_of(st.just(field.default), value)


def _value(name: str, kind: inspect.Type, now: datetime) -> st.SearchStrategy[Any]:
    if isinstance(kind, inspect.Metadata):
        written = WRITTEN.get(name, WORDS)
        return written if (kind.extra or {}).get("words") else _value(name, kind.type, now)
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.UnionType):
        return st.one_of([_value(name, part, now) for part in kind.types])
    if isinstance(kind, inspect.VarTupleType):
        return st.lists(_value(name, kind.item_type, now), max_size=3, unique=True).map(tuple)
    return _plain(name, kind, now)


def _plain(name: str, kind: inspect.Type, now: datetime) -> st.SearchStrategy[Any]:
    if isinstance(kind, inspect.NoneType):
        return st.none()
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.IntType):
        return st.sampled_from([1, 2, 60, 240, 0, -5])
    if isinstance(kind, inspect.DateTimeType):
        return st.integers(-120, 600).map(lambda minutes: now + timedelta(minutes=minutes))
    if isinstance(kind, inspect.StructType):
        return st.sampled_from([Ipass(), Ipass(illness="i", summary="s", actions="a", contingency="c")])
    return st.sampled_from(FIELDS.get(name) or KEYS.get(name) or PEOPLE)
