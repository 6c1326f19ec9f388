"""Tasks, read off the state: what somebody must do, who, by when (engine.md section 7).

A task has no life of its own: it is there while its cause is and gone with it. That is why no path can
forget one (style.md invariant 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.assigning import is_kin_place
from kinfirst.core.case import Case, Duty
from kinfirst.core.closing import unsupported
from kinfirst.core.custody import locked
from kinfirst.core.gate import held_for_kin, kin_settled, open_places, open_tiers
from kinfirst.core.identity import level, sure_enough
from kinfirst.core.kinship import on_record, stale
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.policy import Policy
from kinfirst.core.rules import noted
from kinfirst.core.task import Task
from kinfirst.core.timing import hours_clash, kin_deadline, next_close, zone_of

OFFICER = "role:casualty_officer"
CLINICIAN = "role:clinician"
AUTHORITY = "role:authority"
DESK = "role:coordinator"

noted("R56", "kinfirst.core.closing.unsupported", "offer_support")


def tasks(case: Case, policy: Policy) -> tuple[Task, ...]:
    """Every open task of a case, each once, sorted by due time and name."""
    if case.opened_at is None or case.closing.closed:
        return ()
    found = list(_standing_tasks(case, policy))
    if not case.retracted:
        found += [*_chain_tasks(case, policy), *_death_tasks(case, policy), *org_tasks(case, policy)]
    found += [*_escalations(case, policy, found)]
    return tuple(sorted(found, key=lambda task: (task.due, task.name)))


def _opened(case: Case) -> datetime:
    if case.opened_at is None:
        raise ValueError("a case that is not open has no tasks")
    return case.opened_at


def _death_tasks(case: Case, policy: Policy) -> Iterator[Task]:
    """What the bay and the ward still owe."""
    death, opened, deadline = case.death, _opened(case), kin_deadline(case, policy)
    fine = level(case) >= policy.identity.min and sure_enough(case, policy.identity.look_alike_years)
    if not fine:
        yield Task(kind="identify", holder=CLINICIAN, opened=opened, due=deadline)
    recorded = death.recorded_at
    if recorded is None:
        return
    if fine and case.chain is None:
        yield Task(kind="draw_chain", holder=OFFICER, opened=recorded, due=max(deadline, recorded))
    if case.coroner is None:
        due = recorded + policy.due_in("coroner_decision")
        yield Task(kind="coroner_decision", holder=CLINICIAN, opened=recorded, due=due)
    if case.casualty and stale(case, policy, recorded.date()):
        yield Task(kind="confirm_roll", holder=OFFICER, opened=recorded, due=deadline)
    held = held_for_kin(case, policy)
    if case.casualty and case.kinship.none_found is None and (held or not on_record(case)):
        yield Task(kind="declare_or_search_kin", holder=OFFICER, opened=recorded, due=deadline)
    elif held:
        yield Task(kind="declare_or_search_kin", holder=AUTHORITY, opened=recorded, due=deadline)


def _chain_tasks(case: Case, policy: Policy) -> Iterator[Task]:
    """Who must go where, and what an authority must decide first."""
    tie_since = case.kinship.tie_since
    if tie_since is not None:
        due = max(kin_deadline(case, policy), tie_since)
        yield Task(kind="decide_tie", holder=AUTHORITY, opened=tie_since, due=due)
    for place in open_places(case, policy):
        yield from _place_tasks(case, policy, place)
    leak = case.closing.leak
    if leak is not None and not kin_settled(case, policy):
        due = leak + policy.due_in("holding_script")
        yield Task(kind="holding_script", holder=DESK, opened=leak, due=due)


def _opened_at(case: Case, policy: Policy, place: Place) -> datetime:
    for tier in open_tiers(case, policy):
        if any(p.id == place.id for p in tier.places):
            return tier.opened or case.closing.leak or case.death.recorded_at or _opened(case)
    return _opened(case)


def _place_tasks(case: Case, policy: Policy, place: Place) -> Iterator[Task]:
    opened = _opened_at(case, policy, place)
    kin = is_kin_place(case, place)
    deadline = kin_deadline(case, policy) if kin else opened + policy.deadline_kin
    held = case.assigned.get(place.id)
    about = place.id
    if place.id in case.handed:
        yield Task(kind="attempt", about=about, holder=OFFICER, opened=case.handed[place.id], due=deadline)
    elif place.through is not None:
        holder = _through_holder(case, place)
        yield Task(kind="attempt", about=about, holder=holder, opened=opened, due=deadline)
    elif held is None:
        holder = AUTHORITY if place.person is None else OFFICER
        yield Task(kind="assign", about=about, holder=holder, opened=opened, due=deadline)
    else:
        yield _attempt(case, place, deadline)
    if kin and place.person not in (None, AGENCY) and hours_clash(case, policy, place):
        closes = next_close(policy.window, opened, zone_of(case, place))
        due = min(deadline, closes) if closes else deadline
        yield Task(kind="decide_hours", about=about, holder=AUTHORITY, opened=opened, due=due)


def _attempt(case: Case, place: Place, deadline: datetime) -> Task:
    """The lead's task: due at the planned retry or the deadline, whichever is first, and again at a later retry."""
    held, again = case.assigned[place.id], case.again.get(place.id)
    due = deadline if again is None else min(again, deadline)
    return Task(kind="attempt", about=place.id, holder=held.lead, opened=held.at, due=due, again=again)


def _through_holder(case: Case, place: Place) -> str:
    for other in case.chain.places() if case.chain else ():
        if place.through in (other.office, *other.also) and other.person:
            return other.person
    return AUTHORITY


def org_tasks(case: Case, policy: Policy) -> Iterator[Task]:
    """Organisations still to be told or to answer, from the moment of death (R47, R48, R50)."""
    died, recorded = case.death.pronounced_at, case.death.recorded_at
    if died is None or recorded is None:
        return
    for org, length in policy.orgs.items():
        known = case.orgs.get(org)
        if known is None or known.answered is None:
            yield Task(kind="tell_org", about=org, holder=OFFICER, opened=recorded, due=died + length)


def _standing_tasks(case: Case, policy: Policy) -> Iterator[Task]:
    """What is owed whatever the stage: a look at the patient, corrections, signatures, support, effects, reviews."""
    alarm = case.death.check_patient
    if alarm is not None:
        due = alarm + policy.due_in("check_patient")
        yield Task(kind="check_patient", holder=CLINICIAN, opened=alarm, due=due)
    for kind, owed in (
        ("correct", case.corrections),
        ("tell_doubt", case.doubt_duties),
        ("retract", case.retract_duties),
    ):
        for who, duty in sorted(owed.items()):
            yield _owed(kind, who, duty)
    for author in sorted({e.author for e in case.chart if e.trainee and e.cosigned_by is None}):
        first = min(e.at for e in case.chart if e.author == author and e.trainee and e.cosigned_by is None)
        due = first + policy.due_in("cosign")
        yield Task(kind="cosign", about=author, holder=CLINICIAN, opened=first, due=due)
    for place, since in sorted(case.late.items()):
        due = since + policy.due_in("settle_late")
        yield Task(kind="settle_late", about=place, holder=OFFICER, opened=since, due=due)
    recorded = case.death.recorded_at
    if recorded is not None:
        for who in unsupported(case):
            due = recorded + policy.due_in("offer_support")
            yield Task(kind="offer_support", about=who, holder="role:supporter", opened=recorded, due=due)
    for waiver in case.waivers:
        if not waiver.reviewed:
            due = waiver.until + policy.due_in("review_override")
            yield Task(kind="review_override", holder=AUTHORITY, opened=waiver.at, due=due)
            break
    yield from _effect_tasks(case, policy)


def _owed(kind: str, who: str, duty: Duty) -> Task:
    return Task(kind=kind, about=who, holder=duty.holder, opened=duty.opened, due=duty.due)


def _effect_tasks(case: Case, policy: Policy) -> Iterator[Task]:
    """Effects waiting for the one entitled, and effects that have waited too long (R53, R54)."""
    waiting = [e for e in case.effects if e.released_to is None]
    if not waiting or case.retracted or case.death.recorded_at is None:
        return
    since = min(e.listed for e in waiting)
    due = since + policy.effects.unclaimed
    if case.closing.unclaimed:
        late = due + policy.due_in("unclaimed_effects")
        yield Task(kind="unclaimed_effects", holder=OFFICER, opened=due, due=late)
    elif kin_settled(case, policy) and not locked(case):
        opened = case.told_at_last or since
        yield Task(kind="release_effects", holder=waiting[0].holder, opened=opened, due=max(due, opened))


def _escalations(case: Case, policy: Policy, found: list[Task]) -> Iterator[Task]:
    """One for each task whose time passed and was noted, as long as that task is open."""
    for task in found:
        noted = case.escalated.get(task.name)
        if noted is not None and noted >= task.due:
            due = task.due + policy.due_in("escalate")
            yield Task(kind="escalate", about=task.name, holder=AUTHORITY, opened=task.due, due=due)
