"""Any command of a case, its arguments of the right kind and often of the right value, made from the structs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from msgspec import inspect

from kinfirst.core.case import Case
from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.deeds import Deed

# Who somebody is, and that they are alive, decide a whole case: those come by design, not by accident.
LEFT_OUT = {"open_case", "identify", "retract"}
WORDS = ("", "as found", "because")
WRITTEN = {"image": ("UklGRg==", "UklGRhAA"), "strip": ("strip1.gA==", "strip1.gQ==")}
CODES: dict[str, tuple[str, ...]] = {
    "relation": ("spouse", "child", "parent", "sibling", "cousin"),
    "result": ("no_answer", "moved", "note_left"),
    "step": ("records", "unit", "last_address", "agency", "comrades", "division"),
    "rule": ("R20", "R25", "R29", "R31", "R37", "R69", "R71", "R10", "stage"),
    "org": ("registrar", "pay", "opo", "gp", "appointments"),
    "fact": ("cause", "place"),
    "type": ("hostile", "non_hostile", "pending"),
    "status": ("deceased", "missing"),
    "category": ("kia", "accident", "pending"),
    "evidence": ("certificate", "decree", "search", "allegation"),
    "entry": ("1", "2"),
    "item": ("ring", "1"),
}


def anything(case: Case, account: CaseAccount, now: datetime) -> Deed:
    """One command by one of the staff."""
    town = account.town
    name = town.chance.choice(sorted(set(COMMANDS) - HOUSE_COMMANDS - LEFT_OUT))
    maker = _Maker(town.chance, _people(case, account), now)
    info = inspect.type_info(COMMANDS[name])
    assert isinstance(info, inspect.StructType)
    given = {
        field.encode_name: maker.field(field) for field in info.fields if field.required or town.chance.random() < 0.5
    }
    return Deed(town.one(*sorted(town.staff)), name, given)


def _people(case: Case, account: CaseAccount) -> list[str]:
    family = [line.person for line in account.family.kin]
    staff = [who for role in sorted(account.town.staff) for who in account.town.staff[role]]
    places = [place.id for place in case.chain.places()] if case.chain else []
    return [account.family.casualty, *family, *places, *places, account.town.chance.choice(staff)]


class _Maker:
    """Makes one value for each argument."""

    def __init__(self, chance: random.Random, people: list[str], now: datetime) -> None:
        self._chance, self._people, self._now = chance, people, now

    def field(self, field: inspect.Field) -> Any:
        """A value for one argument."""
        if field.encode_name == "items":
            return self._chance.choice((["ring"], ["none"], []))
        return self._value(field.encode_name, field.type)

    def _value(self, name: str, kind: inspect.Type) -> Any:
        if isinstance(kind, inspect.Metadata):
            words = (kind.extra or {}).get("words")
            written = WRITTEN.get(name, WORDS)
            return self._chance.choice(written) if words else self._value(name, kind.type)
        if isinstance(kind, inspect.LiteralType):
            return self._chance.choice(sorted(kind.values, key=str))
        if isinstance(kind, inspect.UnionType):
            return self._value(name, self._chance.choice(kind.types))
        if isinstance(kind, inspect.VarTupleType):
            return [self._value(name, kind.item_type) for _ in range(self._chance.randint(0, 2))]
        return self._plain(name, kind)

    def _plain(self, name: str, kind: inspect.Type) -> Any:
        if isinstance(kind, inspect.NoneType):
            return None
        if isinstance(kind, inspect.BoolType):
            return self._chance.random() < 0.5
        if isinstance(kind, inspect.IntType):
            return self._chance.choice((1, 2, 60, 240, 0, -5))
        if isinstance(kind, inspect.DateTimeType):
            return self._now + timedelta(minutes=self._chance.randint(-120, 600))
        return self._chance.choice(CODES.get(name) or self._people)
