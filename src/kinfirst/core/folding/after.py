"""Folds of facts, effects, support, organisations, time and closing."""

from __future__ import annotations

from typing import Any

import msgspec

from kinfirst.core.case import Amendment, Case, Duty, Effect, OrgState
from kinfirst.core.events import (
    Amended,
    CaseClosed,
    CaseReopened,
    Corrected,
    EffectsReleased,
    EffectsUnclaimed,
    HoldEnded,
    Inventoried,
    OrgAnswered,
    OrgTold,
    Photographed,
    Received,
    SupportOffered,
    TaskOverdue,
    Transferred,
    Treated,
    Viewed,
)
from kinfirst.core.folding.base import Moment, at_work, change, folds, joined, without


@folds(Amended)
def amended(case: Case, event: Amended, moment: Moment) -> Case:
    """A new version; owed to everyone told before, by the time at which they were first owed one (R44)."""
    fact = Amendment(version=event.version, fact=event.fact, value=event.value, at=moment.at)
    owed = {who: Duty(opened=moment.at, due=event.due, holder=telling.by) for who, telling in case.told.items()}
    return at_work(
        change(
            case,
            version=event.version,
            amendments=(*case.amendments, fact),
            corrections={**owed, **case.corrections},
        ),
        moment,
    )


@folds(Corrected)
def corrected(case: Case, event: Corrected, moment: Moment) -> Case:
    """They have heard what stands; of an open doubt they have heard that there is one."""
    who = event.person
    telling = msgspec.structs.replace(case.told[who], heard=event.version)
    heard = joined(case.doubt_heard, who) if who in case.doubt_duties else case.doubt_heard
    return change(
        case,
        told={**case.told, who: telling},
        corrections=without(case.corrections, who),
        doubt_duties=without(case.doubt_duties, who),
        retract_duties=without(case.retract_duties, who),
        late=without(case.late, who),
        doubt_heard=heard,
    )


@folds(Inventoried)
def inventoried(case: Case, event: Inventoried, moment: Moment) -> Case:
    """Listed; held by the one who listed."""
    new = tuple(Effect(item=item, holder=moment.by, listed=moment.at) for item in event.items)
    return at_work(change(case, effects=(*case.effects, *new)), moment, event.witness)


def _effects(case: Case, numbers: tuple[int, ...], **fields: Any) -> Case:
    effects = tuple(msgspec.structs.replace(e, **fields) if e.item.number in numbers else e for e in case.effects)
    return change(case, effects=effects)


@folds(Treated)
def treated(case: Case, event: Treated, moment: Moment) -> Case:
    """Done to them."""
    effects = tuple(
        msgspec.structs.replace(e, done=(*e.done, event.done), seal=event.seal or e.seal)
        if e.item.number in event.items
        else e
        for e in case.effects
    )
    return change(case, effects=effects)


@folds(Photographed)
def photographed(case: Case, event: Photographed, moment: Moment) -> Case:
    """A photograph of a label is in the ledger and nowhere else: no decision asks for it."""
    return case


@folds(Transferred)
def transferred(case: Case, event: Transferred, moment: Moment) -> Case:
    """On their way; a new seal replaces the old."""
    on_the_way = _effects(case, event.items, going_to=event.to)
    return _effects(on_the_way, event.items, seal=event.seal) if event.seal else on_the_way


@folds(Received)
def received(case: Case, event: Received, moment: Moment) -> Case:
    """With the receiver now; an incident stays until an authority lifts it."""
    taken = _effects(case, event.items, holder=moment.by, going_to=None)
    return _effects(taken, event.items, incident=True) if event.incident else taken


@folds(EffectsReleased)
def effects_released(case: Case, event: EffectsReleased, moment: Moment) -> Case:
    """Gone."""
    return _effects(case, event.items, released_to=event.to)


@folds(EffectsUnclaimed)
def effects_unclaimed(case: Case, event: EffectsUnclaimed, moment: Moment) -> Case:
    """Waited long enough to be reported."""
    return change(case, closing=msgspec.structs.replace(case.closing, unclaimed=True))


@folds(SupportOffered)
def support_offered(case: Case, event: SupportOffered, moment: Moment) -> Case:
    """Offered."""
    return change(case, support=joined(case.support, event.to))


@folds(OrgTold)
def org_told(case: Case, event: OrgTold, moment: Moment) -> Case:
    """Told; a later message asks for a new answer."""
    return change(case, orgs={**case.orgs, event.org: OrgState(told=moment.at)})


@folds(OrgAnswered)
def org_answered(case: Case, event: OrgAnswered, moment: Moment) -> Case:
    """Answered."""
    before = case.orgs.get(event.org, OrgState())
    return change(case, orgs={**case.orgs, event.org: msgspec.structs.replace(before, answered=moment.at)})


@folds(Viewed)
def viewed(case: Case, event: Viewed, moment: Moment) -> Case:
    """On record in the ledger; the state is the same."""
    return case


@folds(TaskOverdue)
def task_overdue(case: Case, event: TaskOverdue, moment: Moment) -> Case:
    """Escalated for this due time."""
    return change(case, escalated={**case.escalated, event.task: event.due})


@folds(HoldEnded)
def hold_ended(case: Case, event: HoldEnded, moment: Moment) -> Case:
    """The hold has run."""
    return change(case, closing=msgspec.structs.replace(case.closing, hold_ended=True))


@folds(CaseClosed)
def case_closed(case: Case, event: CaseClosed, moment: Moment) -> Case:
    """Closed."""
    return change(case, closing=msgspec.structs.replace(case.closing, closed=True))


@folds(CaseReopened)
def case_reopened(case: Case, event: CaseReopened, moment: Moment) -> Case:
    """Open again."""
    return at_work(change(case, closing=msgspec.structs.replace(case.closing, closed=False)), moment)
