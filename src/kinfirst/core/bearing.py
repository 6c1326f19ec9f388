"""Who of an event bears on one case: of thousands of people, those few that its rules can turn on. Pure.

A case keeps the facts it was decided on in its own ledger. If each of ten thousand casualties kept all the others,
no record could hold it; and no rule asks for more than whether there is one such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kinfirst.core.case import Case
from kinfirst.core.facts import EventMember, Facts
from kinfirst.core.identity import look_alikes, told_apart
from kinfirst.core.overriding import others_waiting_for


def bearing(facts: Facts, casualties: Iterable[str], *, years: int) -> tuple[EventMember, ...]:
    """The members of the event that a decision can turn on, by id; all other facts are taken as they are.

    For whoever may be the casualty: the first look-alike (R11), the first who is alive and not told apart (R13), the
    first whose kin still wait (R39, R40). Then everybody of the event whom the facts know otherwise, as kin, guardian
    or teller (R16, R18, R21), and whoever's kin were told last (R39). `casualties` are ids, `years` as the pack has it
    for look-alikes.
    """
    members = facts.event.members if facts.event else ()
    kept = {member.person for member in members if member.person in facts.persons}
    for who in sorted(casualties):
        kept.add(who)
        kept.update(_firsts(Case(casualty=who, facts=facts), years))
    told = [m for m in members if m.case and not m.retracted and m.kin_settled is not None]
    if told:
        kept.add(max(told, key=lambda member: (member.kin_settled, member.person)).person)
    return tuple(member for member in members if member.person in kept)


def _firsts(case: Case, years: int) -> Iterator[str]:
    alike = look_alikes(case, years)
    alive = (other for other in alike if other.state != "deceased" and not told_apart(other))
    for first in (next(iter(alike), None), next(alive, None), next(others_waiting_for(case), None)):
        if first is not None:
            yield first.person
