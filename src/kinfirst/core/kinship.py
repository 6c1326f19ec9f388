"""Who is kin, in what order (R16-R19, R21, R22): from the list, by the pack, on a day."""

from __future__ import annotations

from datetime import date, datetime

from kinfirst.core.case import Case
from kinfirst.core.facts import KinRecord
from kinfirst.core.policy import Policy
from kinfirst.core.timing import day_where

BOND_RANK = 10_000


def records(case: Case) -> tuple[KinRecord, ...]:
    """Every line about kin of this casualty: the registry's, this case's own, and bonds declared."""
    added = case.kinship.added
    own = {(r.person, r.relation) for r in added}
    listed = tuple(r for r in case.facts.kin if r.of == case.casualty and (r.person, r.relation) not in own)
    bonds = tuple(
        KinRecord(of=case.casualty or "", person=bond.person, relation="bond", recorded=bond.at.date())
        for bond in case.kinship.bonds
        if not any(r.person == bond.person and r.relation == "bond" for r in listed)
    )
    return tuple(sorted((*listed, *added, *bonds), key=lambda r: (r.person, r.relation)))


def gone(case: Case, person: str) -> str | None:
    """Why somebody on the list has no place, or None (R19)."""
    if person == case.casualty:
        return "is the casualty"
    excluded = case.kinship.excluded.get(person)
    if excluded:
        return f"excluded: {excluded}"
    known = case.facts.persons.get(person)
    if known is not None and known.dead:
        return "dead"
    event = case.facts.event
    if event and any(m.person == person and m.state == "deceased" and not m.retracted for m in event.members):
        return "died in the same event"
    return None


def effective(case: Case) -> tuple[KinRecord, ...]:
    """The lines of those who can still be told."""
    return tuple(r for r in records(case) if gone(case, r.person) is None)


def spared(case: Case, person: str | None) -> bool:
    """Whether an instruction says that somebody must not be told directly (R21)."""
    return any(r.person == person and r.do_not_notify for r in effective(case))


def on_record(case: Case) -> bool:
    """Whether any kin other than a bond is on record and can be told (R71)."""
    return any(r.relation != "bond" for r in effective(case))


def stale(case: Case, policy: Policy, today: date) -> bool:
    """Whether emergency data is older than the pack allows and nobody has confirmed it (R67).

    A line without a date has never been confirmed by anybody, so it counts as old.
    """
    limit = policy.roll_stale
    if limit is None or case.kinship.roll_confirmed:
        return False
    listed = [r for r in case.facts.kin if r.of == case.casualty and gone(case, r.person) is None]
    return any(r.recorded is None or today - r.recorded > limit for r in listed)


def minor(case: Case, person: str, adult: int, when: date) -> bool:
    """Whether somebody is known to be under age, on a day, or at a moment (UTC) by the day where they live (R18)."""
    known = case.facts.persons.get(person)
    if known is None or known.born is None:
        return False
    age = known.age_on(day_where(known.zone, when) if isinstance(when, datetime) else when)
    return age is not None and age < adult


def matches(record: KinRecord, names: tuple[str, ...], *, under_age: bool) -> bool:
    """Whether a line is meant by a pack's relation names, `adult_child`, `listed` and the like included."""
    if record.relation in names or (record.listed and "listed" in names):
        return True
    if record.emergency_contact and "emergency_contact" in names:
        return True
    return record.relation == "child" and ("minor_child" if under_age else "adult_child") in names


def rank_of(case: Case, policy: Policy, record: KinRecord, today: date) -> int | None:
    """The line of the pack's precedence a record falls under; bonds only where the pack lists them."""
    under_age = minor(case, record.person, policy.kin.adult, today)
    for number, rank in enumerate(policy.kin.precedence):
        if matches(record, rank.relations, under_age=under_age):
            return number
    return None


def heirs(case: Case, policy: Policy, today: date) -> tuple[str, ...]:
    """Who may receive the effects: everyone of the first line of the effects list that has anybody (R53).

    A minor's effects go to the guardian. An empty result means nobody on record is entitled.
    """
    lines = effective(case)
    for name in policy.effects.precedence:
        found: set[str] = set()
        for record in lines:
            under_age = minor(case, record.person, policy.kin.adult, today)
            if matches(record, (name,), under_age=under_age):
                found.add(record.guardian if under_age and record.guardian else record.person)
        if found:
            return tuple(sorted(found))
    return ()
