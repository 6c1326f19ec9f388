"""Who of an event bears on one case: of thousands of people, those few that its rules can turn on. Pure.

A case keeps the facts it was decided on in its own ledger. If each of ten thousand casualties kept all the others,
no record could hold it; and no rule asks for more than whether there is one such. So the crowd is asked for the first
of each, and need not be read to its end.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Protocol

from kinfirst.core.facts import EventMember, Person
from kinfirst.core.identity import alike, told_apart
from kinfirst.core.overriding import kin_wait


class Crowd(Protocol):
    """Everybody of an event, each with how far their own case has come. What it gives is in order of id."""

    def named(self, who: Collection[str]) -> Iterable[EventMember]:
        """Those of these people who are of the event."""
        ...

    def like(self, me: Person, years: int) -> Iterable[EventMember]:
        """At least everybody who is born within that many years of this person, of the same sex, or may be."""
        ...

    def waiting(self) -> Iterable[EventMember]:
        """At least everybody whose kin wait."""
        ...

    def told(self) -> EventMember | None:
        """Whose kin were told last, if any were; the highest id of several."""
        ...


def bearing(
    crowd: Crowd, persons: Mapping[str, Person], casualties: Iterable[str], *, years: int
) -> tuple[EventMember, ...]:
    """The members of the event that a decision can turn on, by id; all other facts are taken as they are.

    For whoever may be the casualty: the first look-alike (R11), the first who is alive and not told apart (R13), the
    first whose kin still wait (R39, R40). Then everybody of the event whom the facts know otherwise, as kin, guardian
    or teller (R16, R18, R21), and whoever's kin were told last (R39). `persons` are those of the facts, `casualties`
    ids, `years` as the pack has it for look-alikes.
    """
    maybe = sorted(casualties)
    kept = {member.person: member for member in crowd.named({*persons, *maybe})}
    for who in maybe:
        kept.update((member.person, member) for member in _firsts(crowd, who, persons.get(who), years))
    told = crowd.told()
    if told is not None:
        kept[told.person] = told
    return tuple(kept[who] for who in sorted(kept))


def _firsts(crowd: Crowd, who: str, me: Person | None, years: int) -> Iterator[EventMember]:
    yield from islice((other for other in crowd.waiting() if kin_wait(other) and other.person != who), 1)
    if me is None:
        return
    like_me = (other for other in crowd.like(me, years) if alike(me, other, years))
    for number, other in enumerate(like_me):
        alive = other.state != "deceased" and not told_apart(other)
        if alive or number == 0:
            yield other
        if alive:
            return


class Everybody:
    """A crowd that is held whole, and can be told how far somebody's case has come."""

    def __init__(self, members: Iterable[EventMember] = ()) -> None:
        self._members: dict[str, EventMember] = {}
        self._ids: list[str] = []
        self._waiting: list[str] = []
        self._told: dict[str, datetime] = {}
        for member in sorted(members, key=lambda member: member.person):
            self.put(member)

    def put(self, member: EventMember) -> None:
        """Somebody joins, or their case has gone on."""
        before = self._members.get(member.person)
        if before is None:
            insort(self._ids, member.person)
        elif kin_wait(before):
            del self._waiting[bisect_left(self._waiting, member.person)]
        if kin_wait(member):
            insort(self._waiting, member.person)
        self._told.pop(member.person, None)
        if member.case and not member.retracted and member.kin_settled is not None:
            self._told[member.person] = member.kin_settled
        self._members[member.person] = member

    def named(self, who: Collection[str]) -> Iterable[EventMember]:
        """As `Crowd` says."""
        return (self._members[id] for id in sorted(who) if id in self._members)

    def like(self, _me: Person, _years: int) -> Iterable[EventMember]:
        """As `Crowd` says: everybody."""
        return (self._members[id] for id in self._ids)

    def waiting(self) -> Iterable[EventMember]:
        """As `Crowd` says."""
        return (self._members[id] for id in self._waiting)

    def told(self) -> EventMember | None:
        """As `Crowd` says."""
        last = max(self._told.items(), key=lambda told: (told[1], told[0]), default=None)
        return None if last is None else self._members[last[0]]
