"""A second opinion on whose turn it is, written from the text of engine.md section 4 and nothing else.

It shares no code with the core's gate: it rebuilds the order from the pack and the roll each time, and looks
only at what was done, so that a gate that lets somebody through is seen here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from kinfirst.core.facts import KinRecord, Person
from kinfirst.core.places import AGENCY
from kinfirst.core.policy import Policy
from kinfirst.policies.families import CASUALTY, World

WEAK = frozenset({"property", "id_card", "vehicle", "description"})


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, as the one who did it knows it. `settled` is everyone told, condoled or confirmed."""

    pronounced: bool = False
    methods: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    waived: frozenset[tuple[str, str, datetime]] = frozenset()
    leak: bool = False
    doubt: bool = False
    retracted: bool = False
    searched: bool = False
    kin_waived: bool = False
    bonds: tuple[str, ...] = ()
    added: tuple[KinRecord, ...] = ()
    released: bool = False
    last_kin: datetime | None = None
    order: tuple[str, ...] = ()
    away: frozenset[str] = frozenset()


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One telling as it went through: who told whom, how, when (UTC)."""

    by: str
    person: str
    channel: str
    at: datetime


class Oracle:
    """Judges tellings in one world under one policy."""

    def __init__(self, policy: Policy, world: World) -> None:
        self.policy = policy
        self.world = world
        self.today = world.start.date()

    def objections(self, telling: Telling, history: History) -> Iterator[tuple[str, str]]:
        """Everything wrong with a telling: the kind of wrong, and a sentence."""
        who = telling.person
        if who in history.settled:
            yield "told twice", f"{who} knew already and was told again."
        yield from self._same_office(who, history)
        if self._minor(who):
            yield "told out of turn", f"{who} is a minor and was told directly."
        if not history.pronounced:
            yield "told out of turn", f"{who} was told before anybody pronounced the death."
        if history.methods <= WEAK or self.level(history) < self.policy.identity.min:
            yield "told out of turn", f"{who} was told while identity rested on {_listed(history.methods)} alone."
        if history.doubt or history.retracted:
            yield "told out of turn", f"{who} was told although the death was in doubt or withdrawn."
        waiting = self.waiting_before(who, history)
        if waiting:
            yield "told out of turn", f"{who} was told before {_listed(waiting)}."
        yield from self._how(telling, history)

    def _same_office(self, who: str, history: History) -> Iterator[tuple[str, str]]:
        """An office has the word once one who answers for it does (R70, R73)."""
        if who in frozenset().union(*self.kin(history)):
            return
        for tier in self.policy.tiers:
            people = self.office(tier.office)
            told = (people & history.settled) - {who}
            if who in people and told:
                yield "told twice", f"{who} was told for the {tier.office}, who had the word: {_listed(told)}."

    def waiting_before(self, who: str, history: History) -> tuple[str, ...]:
        """Who had to be settled before this person and was not."""
        first, second = self.kin(history)
        kin = [first | second] if history.leak else [first, second]
        waiting: list[str] = []
        for rung in kin:
            if who in rung:
                return tuple(sorted(waiting))
            waiting += [one for one in rung if one not in history.settled | history.passed]
        if not first and not second and not self._search_over(history):
            waiting.append("kin who were never searched for")
        for tier in self.policy.tiers:
            people = self.office(tier.office)
            if who in people:
                return tuple(sorted(waiting))
            done = people & (history.settled | history.passed) or self._passed_office(tier.office, history)
            waiting += [] if done else [tier.office]
        return (*sorted(waiting), "anybody: this person has no place")

    def kin(self, history: History) -> tuple[frozenset[str], frozenset[str]]:
        """The first of kin, and the other kin, each as the people to be told."""
        roll = [r for r in (*self.world.kin, *history.added) if self._living(r.person)]
        bonds = [KinRecord(of=CASUALTY, person=who, relation="bond") for who in history.bonds]
        everybody = [*roll, *bonds]
        ranks = (self._of_rank(rank, everybody, history) for rank in range(len(self.policy.kin.precedence)))
        first = next((found for found in ranks if found), bonds[:1])
        if not everybody and history.searched and self.policy.kin.none == "agency":
            return frozenset({AGENCY}), frozenset()
        others = [r for r in everybody if r not in first and (r.relation == "bond" or self._other(r))]
        one = frozenset(self._recipient(r, everybody) for r in first)
        return one, frozenset(self._recipient(r, everybody) for r in others) - one

    def _of_rank(self, rank: int, lines: list[KinRecord], history: History) -> list[KinRecord]:
        line = self.policy.kin.precedence[rank]
        found = [r for r in lines if self._fits(r, line.relations)]
        if len(found) < 2 or line.tie in ("majority", "equal"):
            return found
        if found[0].relation == "bond":
            return found[:1]
        chosen = [r for who in history.order for r in found if r.person == who]
        births = {r.person: self.world.persons[r.person].born or date.max for r in found}
        return chosen[:1] or sorted(found, key=lambda r: births[r.person])[:1]

    def _fits(self, record: KinRecord, names: tuple[str, ...]) -> bool:
        age = "minor_child" if self._minor(record.person) else "adult_child"
        return record.relation in names or (record.relation == "child" and age in names)

    def _other(self, record: KinRecord) -> bool:
        names = self.policy.kin.others
        listed = (record.listed and "listed" in names) or (record.emergency_contact and "emergency_contact" in names)
        return listed or self._fits(record, names)

    def _recipient(self, record: KinRecord, lines: list[KinRecord]) -> str:
        if not self._minor(record.person):
            return record.person
        spouses = [r.person for r in lines if r.relation in ("spouse", "partner")]
        return record.guardian or next(iter(spouses), record.person)

    def office(self, office: str) -> frozenset[str]:
        """Everyone who could answer for an office: its holder and deputies."""
        named = [o for o in self.world.offices if o.office.partition(":")[0] == office]
        return frozenset(who for o in named for who in (o.holder, *o.deputies) if who)

    def _passed_office(self, office: str, history: History) -> bool:
        return any(p.startswith("office:") and p.split(":")[1] == office for p in history.passed)

    def kin_closed(self, history: History) -> bool:
        """Whether every one of kin is settled, and nobody waits to be found."""
        first, second = self.kin(history)
        found = bool(first or second) or self._search_over(history)
        return found and not (first | second) - history.settled - history.passed

    def _search_over(self, history: History) -> bool:
        return history.kin_waived or (history.searched and self.policy.kin.none != "stop")

    def _living(self, who: str) -> bool:
        return who != CASUALTY and not self.world.persons[who].dead

    def _minor(self, who: str) -> bool:
        """Under the pack's age; a child under sixteen is a minor whatever the pack says (R18)."""
        person = self.world.persons.get(who)
        if person is None or person.born is None:
            return False
        years = (self.today - person.born) / timedelta(days=365.2425)
        return years < max(self.policy.kin.adult, 16)

    def level(self, history: History) -> int:
        """The level of identity reached, of the two ways that are tried (R10)."""
        return 4 if "fingerprint" in history.methods else 1 if history.methods else 0

    def _how(self, telling: Telling, history: History) -> Iterator[tuple[str, str]]:
        who, first_second = telling.person, self.kin(history)
        is_kin = who in first_second[0] | first_second[1]
        allowed = self.policy.channel.allowed if is_kin else self.policy.channel.office
        if history.leak and is_kin:
            allowed = (*allowed, *self.policy.leak_channels)
        if telling.channel not in allowed:
            yield "told out of turn", f"{who} was told by {telling.channel}."
        if is_kin and not history.leak and not self.hours_allow(who, telling.at, history):
            yield "told out of turn", f"{who} was told outside the hours where they live."
        through = next((t.through for t in self.policy.tiers if who in self.office(t.office)), None)
        lawful = telling.by in self.office(through or "") & history.settled or waived("R41", who, telling.at, history)
        if through and not is_kin and not lawful:
            yield "told out of turn", f"{who} was told by {telling.by}, not by a {through} who had been told."

    def still_waiting(self, history: History) -> tuple[str, ...]:
        """Everybody who is not settled yet, kin and offices, in no order."""
        return self.waiting_before("", history)[:-1]

    def may_be_public(self, history: History, now: datetime) -> bool:
        """Whether the name may be released: the last of kin settled, and the hold run out since (R39)."""
        if not self.kin_closed(history):
            return False
        return history.last_kin is None or now >= history.last_kin + self.policy.hold_public

    def hours_allow(self, who: str, at: datetime, history: History) -> bool:
        """Whether somebody may be told at a moment, by the hours of their zone or an override (R25, R35)."""
        return waived("R25", who, at, history) or open_at(self.policy, self.world.persons.get(who), at)


def waived(rule: str, who: str, at: datetime, history: History) -> bool:
    """Whether an override of a rule is in force for somebody, or for all (R35)."""
    return any(one == rule and place in ("", who) and at < until for one, place, until in history.waived)


def open_at(policy: Policy, person: Person | None, at: datetime) -> bool:
    """Whether the pack's hours are open where somebody lives; an agency keeps its own."""
    window = policy.window
    if person is None or (window.open == 0 and window.close == 24 * 60):
        return True
    local = at.astimezone(ZoneInfo(person.zone)) if person.zone else at.astimezone(UTC)
    return bool(person.zone) and window.open <= local.hour * 60 + local.minute < window.close


def _listed(words: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(words)) or "nothing"
