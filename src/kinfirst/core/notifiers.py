"""Who could carry the word to a place, the fittest first (N16; R30, R31, R37, R69, R75). Pure.

Each candidate is put to `decide` as the lead. Whoever is refused comes last, with the reasons: an authority may
decide otherwise. The size of the team (R29) is not held against a lead, because the team is named beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import Command
from kinfirst.core.decide import decide
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.facts import Person
from kinfirst.core.places import Place
from kinfirst.core.policy import Policy
from kinfirst.core.probes import do

TELLING_ROLES = frozenset({"notifier", "clinician", "casualty_officer"})
TEAM_SIZE = "R29"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who might go: what they carry now, how often they carried it this month, hours away where known."""

    person: Person
    carrying: int = 0
    this_month: int = 0
    hours: float | None = None
    off_duty: bool = False


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Who would assign, in which case, under which policy, when (UTC)."""

    case: Case
    giver: Person
    policy: Policy
    now: datetime


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate as the case meets them. `shares_language` is None where the recipient's language is not known."""

    candidate: Candidate
    reasons: tuple[Reason, ...]
    shares_language: bool | None

    @property
    def fit(self) -> bool:
        """Whether no rule stands against them as the lead."""
        return not self.reasons

    @property
    def free(self) -> bool:
        """Whether they are here, and carry no other word now."""
        one = self.candidate
        return not (one.carrying or one.off_duty or one.person.away)


def may_lead(person: Person) -> bool:
    """Whether somebody has a telling credential at all (R75)."""
    return bool(TELLING_ROLES & set(person.roles)) and not person.dead


def ranked(asking: Asking, place: Place, candidates: Iterable[Candidate]) -> tuple[Ranked, ...]:
    """Everybody who may lead: fit, free and near first, whoever carried it least this month before the others."""
    known = (one for one in candidates if may_lead(one.person) and one.person.id != place.person)
    return tuple(sorted((_judged(asking, place, one) for one in known), key=_order))


def _judged(asking: Asking, place: Place, one: Candidate) -> Ranked:
    case = asking.case
    recipient = case.facts.persons.get(place.person or "")
    people = {person.id: person for person in (one.person, asking.giver)}
    way = do("assign", place=place.id, lead=one.person.id)
    command = Command(by=asking.giver.id, do=way, facts=case.facts, people=people)
    answer = decide(case, command, asking.policy, asking.now)
    reasons = answer.reasons if isinstance(answer, Refusal) else ()
    return Ranked(
        candidate=one,
        reasons=tuple(reason for reason in reasons if reason.rule not in (TEAM_SIZE, "role")),
        shares_language=_share(one.person.speaks, recipient.speaks if recipient else ()),
    )


def _share(speaks: Sequence[str], wanted: Sequence[str]) -> bool | None:
    return bool(set(speaks) & set(wanted)) if wanted else None


def _order(one: Ranked) -> tuple[int, bool, int, bool, float, int, str]:
    candidate = one.candidate
    hours = float("inf") if candidate.hours is None else candidate.hours
    return (
        len(one.reasons),
        not one.free,
        candidate.carrying,
        one.shares_language is False,
        hours,
        candidate.this_month,
        candidate.person.id,
    )
