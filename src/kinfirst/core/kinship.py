"""Who is kin, in what order (R16-R19, R21, R22): from the list, by the pack, on a day."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.facts import KinRecord, Person
from kinfirst.core.places import Removed
from kinfirst.core.policy import Policy, Rank

BOND_RANK = 10_000


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a chain cannot be drawn: a rule and a sentence."""

    rule: str
    text: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Kin with a place: `person` is the kin, `recipient` the one told for them (R18, R21)."""

    person: str
    recipient: str
    relation: str
    because: str
    rank: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody's standing: who is first, who else is told, who is out and why, what a person must decide."""

    first: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()
    removed: tuple[Removed, ...] = ()
    tied: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


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


def minor(case: Case, person: str, adult: int, today: date) -> bool:
    """Whether somebody is known to be under age (R18)."""
    known = case.facts.persons.get(person)
    age = known.age_on(today) if known else None
    return age is not None and age < adult


def matches(record: KinRecord, names: tuple[str, ...], *, under_age: bool) -> bool:
    """Whether a line is meant by a pack's relation names, `adult_child`, `listed` and the like included."""
    if record.relation in names or (record.listed and "listed" in names):
        return True
    if record.emergency_contact and "emergency_contact" in names:
        return True
    return record.relation == "child" and ("minor_child" if under_age else "adult_child") in names


def standing(case: Case, policy: Policy, today: date) -> Standing:
    """Work out the standing of all kin on a day (R16)."""
    lines = effective(case)
    removed = tuple(
        Removed(person=r.person, because=why) for r in records(case) if (why := gone(case, r.person)) is not None
    )
    ranked = sorted(
        ((rank, r) for r in lines if (rank := rank_of(case, policy, r, today)) is not None),
        key=lambda pair: (pair[0], pair[1].person),
    )
    if not ranked:
        ranked = [(BOND_RANK, r) for r in lines if r.relation == "bond"]
    leading = [r for rank, r in ranked if rank == ranked[0][0]]
    first, tied = _lead(case, policy, leading, ranked[0][0] if ranked else 0)
    rest = [r for r in lines if r not in first and _is_other(case, policy, r, today)]
    problems: list[Problem] = []
    place = _Placing(case=case, policy=policy, today=today, problems=problems)
    return Standing(
        first=place.all(first),
        others=place.all(sorted(rest, key=lambda r: _order(case, policy, r, today))),
        removed=tuple(dict.fromkeys(removed)),
        tied=tied,
        problems=tuple(dict.fromkeys(problems)),
    )


def rank_of(case: Case, policy: Policy, record: KinRecord, today: date) -> int | None:
    """The line of the pack's precedence a record falls under; bonds only where the pack lists them."""
    under_age = minor(case, record.person, policy.kin.adult, today)
    for number, rank in enumerate(policy.kin.precedence):
        if matches(record, rank.relations, under_age=under_age):
            return number
    return None


def _order(case: Case, policy: Policy, record: KinRecord, today: date) -> tuple[int, date, str]:
    rank = rank_of(case, policy, record, today)
    known = case.facts.persons.get(record.person)
    born = known.born if known and known.born else date.max
    return (BOND_RANK if rank is None else rank, born, record.person)


def _is_other(case: Case, policy: Policy, record: KinRecord, today: date) -> bool:
    under_age = minor(case, record.person, policy.kin.adult, today)
    return record.relation == "bond" or matches(record, policy.kin.others, under_age=under_age)


def _lead(case: Case, policy: Policy, leading: list[KinRecord], rank: int) -> tuple[list[KinRecord], tuple[str, ...]]:
    """Who of the leading rank is first: one, all of them, or nobody until a person decides (R17)."""
    people = list(dict.fromkeys(r.person for r in leading))
    if len(people) <= 1:
        return leading, ()
    if rank == BOND_RANK or leading[0].relation == "bond":
        eldest = min(leading, key=lambda r: (_declared(case, r), r.person))
        return [eldest], ()
    line = policy.kin.precedence[rank]
    if line.tie in ("majority", "equal"):
        return leading, ()
    chosen = _decided(case, people) or _by_function(case, line, leading)
    if chosen is None:
        return [], tuple(sorted(people))
    return [r for r in leading if r.person == chosen], ()


def _declared(case: Case, record: KinRecord) -> tuple[float, date]:
    at = next((bond.at.timestamp() for bond in case.kinship.bonds if bond.person == record.person), 0.0)
    return (at, record.recorded or date.max)


def _decided(case: Case, people: list[str]) -> str | None:
    """The first of an authority's order, if it covers everybody tied (R17)."""
    order = case.kinship.order
    return next((p for p in order if p in people), None) if set(people) <= set(order) else None


def _by_function(case: Case, line: Rank, leading: list[KinRecord]) -> str | None:
    if line.tie == "designated":
        marked = {r.person for r in leading if r.listed}
        return marked.pop() if len(marked) == 1 else None
    born = {r.person: _born(case, r.person) for r in leading}
    days = [day for day in born.values() if day is not None]
    if len(days) < len(born):
        return None
    eldest = [person for person, day in born.items() if day == min(days)]
    return eldest[0] if len(eldest) == 1 else None


def _born(case: Case, person: str) -> date | None:
    known = case.facts.persons.get(person)
    return known.born if known else None


class _Placing(msgspec.Struct, kw_only=True):
    """Turns lines into candidates, minors and protected people to the one told for them."""

    case: Case
    policy: Policy
    today: date
    problems: list[Problem]

    def all(self, lines: list[KinRecord]) -> tuple[Candidate, ...]:
        return tuple(one for line in lines if (one := self.one(line)) is not None)

    def one(self, record: KinRecord) -> Candidate | None:
        because = self._because(record)
        recipient: str | None = record.person
        if minor(self.case, record.person, self.policy.kin.adult, self.today):
            recipient = self._guardian(record)
            because += "; a minor, so the guardian is told (R18)"
        elif record.do_not_notify:
            recipient = self._teller(record)
            because += "; not to be told directly, so the named teller is (R21)"
        if recipient is None:
            return None
        rank = rank_of(self.case, self.policy, record, self.today)
        return Candidate(
            person=record.person,
            recipient=recipient,
            relation=record.relation,
            because=because,
            rank=BOND_RANK if rank is None else rank,
        )

    def _because(self, record: KinRecord) -> str:
        rank = rank_of(self.case, self.policy, record, self.today)
        if rank is not None:
            line = self.policy.kin.precedence[rank]
            return f"kin.precedence {rank + 1}: {record.relation}" + (f" ({line.because})" if line.because else "")
        if record.relation == "bond":
            return "bond declared, after the kin of the list"
        mark = next((m for m in ("listed", "emergency_contact") if getattr(record, m)), record.relation)
        return f"kin.others: {mark}"

    def _fit(self, person: str | None) -> bool:
        return (
            person is not None
            and gone(self.case, person) is None
            and not minor(self.case, person, self.policy.kin.adult, self.today)
        )

    def _guardian(self, record: KinRecord) -> str | None:
        if self._fit(record.guardian):
            return record.guardian
        spouses = [r for r in effective(self.case) if r.relation in ("spouse", "partner")]
        fallback = next((r.person for r in spouses if self._fit(r.person)), None)
        if record.relation != "child" or fallback is None:
            self.problems.append(
                Problem(rule="R18", text="A minor has no guardian on record who can be told: add the guardian.")
            )
            return None
        return fallback

    def _teller(self, record: KinRecord) -> str | None:
        if self._fit(record.teller):
            return record.teller
        self.problems.append(
            Problem(rule="R21", text="Somebody must not be told directly and no teller is named: name one.")
        )
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


def roll_limit(policy: Policy) -> timedelta | None:
    """How old emergency data may be."""
    return policy.roll_stale


def known_person(case: Case, person: str) -> Person | None:
    """What the facts say of somebody."""
    return case.facts.persons.get(person)
