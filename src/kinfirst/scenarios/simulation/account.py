"""What was done in one case, kept apart from the record: the second opinion on who may be told, and when.

It sees the commands that went through and the families that were entered, never the state of the core, and asks the
policies' own oracle, which shares no code with the gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kinfirst.core.commands import (
    AgencyConfirms,
    AlreadyAware,
    ExcludeKin,
    Identify,
    KinWish,
    Override,
    ReleaseName,
    Tell,
)
from kinfirst.core.facts import Person
from kinfirst.policies.families import World
from kinfirst.policies.footprint import after
from kinfirst.policies.oracle import History, Oracle, Telling
from kinfirst.scenarios.simulation.town import Family, Town

SCIENCE = frozenset({"fingerprint", "dental", "dna", "device_serial"})
MARKS = frozenset({"wristband", "service_number", "registry_match", "body_mark"})
# An exception to one of these, in force where somebody is told, is a person's decision and not the gate's fault.
ORDER = frozenset(("R11", "R13", "R14", "R15", "R18", "R20", "R23", "R25", "R27", "R41", "R42", "R46", "R70", "R71"))


class Waived(msgspec.Struct, frozen=True):
    """An override: the rule, the place or all of them, and until when."""

    rule: str
    place: str
    until: datetime


class CaseAccount:
    """One case as those who act in it know it. `told` is everybody settled, in order."""

    def __init__(self, town: Town, family: Family) -> None:
        self.town, self.family, self.policy = town, family, town.policy
        self.history = History()
        self.told: list[str] = []
        self._evidence: list[tuple[str, str, frozenset[str]]] = []
        self._excluded: set[str] = set()
        self._waived: list[Waived] = []
        self._hold_waived = False

    def objections(self, by: str, do: Any, now: datetime) -> list[str]:
        """What is wrong with a command that the record let through; nothing when it was right to."""
        if isinstance(do, AlreadyAware | AgencyConfirms):
            return [f"{do.place} was settled twice"] if do.place in self.told else []
        if isinstance(do, ReleaseName):
            fine = self._oracle(now).may_be_public(self.history, now) or self._excused("", now)
            return [] if fine or self._hold_waived else ["the name was made public before the last of kin and the hold"]
        if not isinstance(do, Tell) or self._excused(do.place, now):
            return []
        return list(self._against(by, do, now))

    def take(self, by: str, do: Any, now: datetime) -> None:
        """A command went through."""
        if isinstance(do, Identify):
            self._evidence.append((do.as_, do.method, frozenset(who for who in (by, do.second) if who)))
        elif isinstance(do, ExcludeKin):
            self._excluded.add(do.person)
            if do.person in self.told:
                # Somebody of kin knows: with nobody left on the list, nobody is searched for.
                self.history = msgspec.structs.replace(self.history, kin_waived=True)
        elif isinstance(do, Override):
            self._waived.append(Waived(do.rule, do.place or "", now + timedelta(minutes=do.minutes)))
        elif isinstance(do, KinWish):
            self._hold_waived |= do.wish == "waive_hold"
        elif isinstance(do, Tell | AlreadyAware | AgencyConfirms):
            self.told.append(do.place)
        if not isinstance(do, Identify):
            self.history = after(self._oracle(now), self.history, do, now)

    def level(self) -> int:
        """How sure we are, by engine.md: science 4; two ways by two people 3; one identifier or a face 2; else 1."""
        mine = [(method, people) for who, method, people in self._evidence if who == self.family.casualty]
        others = {method for who, method, _ in self._evidence if who != self.family.casualty}
        methods = {method for method, _ in mine}
        if others and (not methods & SCIENCE or others & SCIENCE):
            return 0
        if methods & SCIENCE:
            return 4
        if self._two(mine, MARKS | SCIENCE | {"visual", "property", "id_card", "vehicle", "description"}):
            return 3
        return 2 if methods & (MARKS | {"visual"}) else int(bool(methods))

    def _two(self, pieces: list[tuple[str, frozenset[str]]], second: frozenset[str]) -> bool:
        return any(
            one in MARKS and other in second and one != other and len(people | more) > 1
            for one, people in pieces
            for other, more in pieces
        )

    def _against(self, by: str, do: Tell, now: datetime) -> Iterator[str]:
        sure = "fingerprint" if self.level() >= self.policy.identity.min else "description"
        history = msgspec.structs.replace(self.history, methods=frozenset({sure}))
        telling = Telling(by=by, person=do.place, channel=do.channel, at=now)
        for _, said in self._oracle(now).objections(telling, history):
            yield said
        if by == do.place:
            yield f"{by} told themselves"
        mine = [(method, people) for who, method, people in self._evidence if who == self.family.casualty]
        if self._alike() and self.level() < 4 and not self._two(mine, MARKS):
            yield f"{do.place} was told although somebody of like sex and age was in the same event"

    def _alike(self) -> bool:
        me = self.town.persons[self.family.casualty]
        rest = [self.town.persons[who] for who in self.town.events.get(self.family.event or "", ()) if who != me.id]
        return any(_like(me, other, self.policy.identity.look_alike_years) for other in rest)

    def _excused(self, place: str, now: datetime) -> bool:
        return any(w.rule in ORDER and w.place in ("", place) and now < w.until for w in self._waived)

    def _oracle(self, now: datetime) -> Oracle:
        me = self.town.persons[self.family.casualty]
        dead = {who: msgspec.structs.replace(self.town.persons[who], dead=True) for who in self._excluded}
        world = World(
            name="simulated",
            persons=self.town.persons | dead,
            kin=self.family.kin,
            offices=self.town.officers(f"division_head:{me.division}"),
            start=now,
        )
        return Oracle(self.policy, world)


def _like(one: Person, other: Person, years: int) -> bool:
    if one.sex and other.sex and one.sex != other.sex:
        return False
    if one.born is None or other.born is None:
        return True
    return abs((one.born - other.born).days) / 365.2425 <= years
