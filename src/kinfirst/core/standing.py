"""Who stands where: who of kin is first, who else is told, who is out, and who is told for whom (R16-R21)."""

from __future__ import annotations

from datetime import date

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.facts import KinRecord
from kinfirst.core.kinship import BOND_RANK, effective, gone, matches, minor, rank_of, records, spared
from kinfirst.core.places import Removed
from kinfirst.core.policy import Policy, Rank


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a chain cannot be drawn: a rule and a sentence."""

    rule: str
    text: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Kin with a place: `person` is the kin, `recipient` the one told for them (R18, R21).

    `recipient` is None while nobody is on record who can be told for them.
    """

    person: str
    recipient: str | None
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


def standing(case: Case, policy: Policy, today: date) -> Standing:
    """Work out the standing of all kin on a day, or at a moment (UTC) by the day where each lives (R16)."""
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
        earliest = min(_declared(case, r) for r in leading)
        return [r for r in leading if _declared(case, r) == earliest], ()
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
    """Turns lines into candidates, minors and protected people to the one told for them.

    Whom somebody was told for stays theirs: neither a birthday nor a new guardian asks for a second telling.
    """

    case: Case
    policy: Policy
    today: date
    problems: list[Problem]

    def all(self, lines: list[KinRecord]) -> tuple[Candidate, ...]:
        return tuple(self.one(line) for line in lines)

    def one(self, record: KinRecord) -> Candidate:
        because = self._because(record)
        recipient: str | None = record.person
        if told := self._told_for(record.person):
            recipient = told
            because += "; told through the one who stood for them"
        elif minor(self.case, record.person, self.policy.kin.adult, self.today):
            recipient = self._guardian(record)
            because += "; a minor, so the guardian is told (R18)"
        elif record.do_not_notify:
            recipient = self._teller(record)
            because += "; not to be told directly, so the named teller is (R21)"
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

    def _told_for(self, person: str) -> str | None:
        places = self.case.chain.places() if self.case.chain and person not in self.case.told else ()
        return next((p.person for p in places if person in p.for_whom and p.person in self.case.told), None)

    def _fit(self, person: str | None) -> str | None:
        """That person, or the teller of one who must not be told directly; None if neither can be told."""
        teller = next((r.teller for r in effective(self.case) if r.person == person and r.do_not_notify), person)
        return teller if teller is not None and not spared(self.case, teller) and self._able(teller) else None

    def _able(self, person: str) -> bool:
        return gone(self.case, person) is None and not minor(self.case, person, self.policy.kin.adult, self.today)

    def _guardian(self, record: KinRecord) -> str | None:
        partners = [r.person for wed in ("spouse", "partner") for r in effective(self.case) if r.relation == wed]
        named = [record.guardian, *(partners if record.relation == "child" else ())]
        found = next((fit for who in named if who and self._able(who) and (fit := self._fit(who))), None)
        if found is None:
            text = "A minor has no guardian on record who can be told: name one (add_kin with guardian)."
            self.problems.append(Problem(rule="R18", text=text))
        return found

    def _teller(self, record: KinRecord) -> str | None:
        found = self._fit(record.person)
        if found is None:
            text = "Somebody must not be told directly and has no teller who can be told: name one in the roll."
            self.problems.append(Problem(rule="R21", text=text))
        return found
