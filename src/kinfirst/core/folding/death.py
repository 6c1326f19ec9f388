"""Folds of opening, death, identity, chart and doubt."""

from __future__ import annotations

from typing import Any

import msgspec

from kinfirst.core.case import Case, ChartEntry, CoronerState, Doubt, Duty, Evidence, Status
from kinfirst.core.events import (
    CaseOpened,
    Charted,
    CoronerDecided,
    Cosigned,
    DeviceReported,
    DoubtCleared,
    DoubtFlagged,
    FactsTaken,
    Identified,
    Observed,
    Pronounced,
    Refused,
    Resuscitated,
    Retracted,
    Signed,
    StatusSet,
    StripKept,
)
from kinfirst.core.folding.base import Moment, at_work, change, folds, joined
from kinfirst.core.folding.chain import owe_correction
from kinfirst.core.identity import candidate

_HURT = ("vsi", "si", "nsi", "iii")
_REPORTED = {"missing": "missing", "dustwun": "dustwun", **dict.fromkeys(_HURT, "injured")}


@folds(FactsTaken)
def facts_taken(case: Case, event: FactsTaken, moment: Moment) -> Case:
    """What the registry says now."""
    return change(case, facts=event.facts)


@folds(CaseOpened)
def case_opened(case: Case, event: CaseOpened, moment: Moment) -> Case:
    """The case begins."""
    opened = change(
        case,
        alias=event.alias,
        casualty=event.casualty,
        event=event.event,
        state=event.state,
        opened_at=moment.at,
        received=event.received,
        policy=event.policy,
        edition=event.edition,
    )
    return at_work(opened, moment)


def _death(case: Case, **fields: Any) -> Case:
    return change(case, death=msgspec.structs.replace(case.death, **fields))


@folds(DeviceReported)
def device_reported(case: Case, event: DeviceReported, moment: Moment) -> Case:
    """Somebody must look (R01)."""
    return _death(case, check_patient=moment.at, alarm_at=case.death.alarm_at or moment.at)


@folds(StripKept)
def strip_kept(case: Case, event: StripKept, moment: Moment) -> Case:
    """Whoever keeps a strip works on the case; that anybody is at the patient does not follow."""
    return at_work(case, moment)


@folds(Resuscitated)
def resuscitated(case: Case, event: Resuscitated, moment: Moment) -> Case:
    """Somebody is at the patient."""
    fields: dict[str, Any] = {"resus_last": event.when, "check_patient": None}
    if event.what == "start":
        fields |= {"resus_running": True, "resus_started": case.death.resus_started or event.when}
    if event.what == "stop":
        fields |= {"resus_running": False, "resus_stopped": event.when}
    return _death(at_work(case, moment, attended=True), **fields)


@folds(Observed)
def observed(case: Case, event: Observed, moment: Moment) -> Case:
    """The timer runs from here; activity restarts one that runs and starts none (R04)."""
    runs = event.what == "start" or case.death.observed_from is not None
    start = event.when if runs else None
    return _death(at_work(case, moment, attended=True), observed_from=start, check_patient=None)


@folds(Pronounced)
def pronounced(case: Case, event: Pronounced, moment: Moment) -> Case:
    """The person is dead."""
    died = _death(
        at_work(case, moment, event.witness, event.second, attended=True),
        pronounced_at=event.when,
        recorded_at=moment.at,
        mode=event.mode,
        pronouncer=moment.by,
        check_patient=None,
    )
    return change(died, state="deceased")


@folds(Charted)
def charted(case: Case, event: Charted, moment: Moment) -> Case:
    """One more entry."""
    entry = ChartEntry(number=event.entry, author=moment.by, text=event.text, at=event.when, trainee=event.trainee)
    noted = at_work(change(case, chart=(*case.chart, entry)), moment, attended=True)
    return _death(noted, check_patient=None)


@folds(Signed)
def signed(case: Case, event: Signed, moment: Moment) -> Case:
    """Signed by their author."""
    chart = tuple(msgspec.structs.replace(e, signed=True) if e.number in event.entries else e for e in case.chart)
    return change(case, chart=chart)


@folds(Cosigned)
def cosigned(case: Case, event: Cosigned, moment: Moment) -> Case:
    """Co-signed."""
    chart = tuple(
        msgspec.structs.replace(e, cosigned_by=moment.by) if e.number in event.entries else e for e in case.chart
    )
    return at_work(change(case, chart=chart), moment)


@folds(CoronerDecided)
def coroner_decided(case: Case, event: CoronerDecided, moment: Moment) -> Case:
    """The decision and its locks."""
    return at_work(change(case, coroner=CoronerState(decision=event.decision, locks=event.locks)), moment)


@folds(StatusSet)
def status_set(case: Case, event: StatusSet, moment: Moment) -> Case:
    """The report; what is believed of a living person follows it."""
    status = Status(type=event.type, status=event.status, category=event.category, report=event.report)
    dead = case.death.pronounced_at is not None and not case.retracted
    state = case.state if dead else _REPORTED.get(event.status, case.state)
    return at_work(change(case, status=status, state=state), moment)


@folds(Identified)
def identified(case: Case, event: Identified, moment: Moment) -> Case:
    """One more piece of evidence; who it is follows from all of them."""
    piece = Evidence(person=event.person, method=event.method, people=event.people, at=moment.at)
    more = at_work(change(case, evidence=(*case.evidence, piece)), moment, *event.people)
    return change(more, casualty=candidate(more, presumed=case.casualty))


@folds(DoubtFlagged)
def doubt_flagged(case: Case, event: DoubtFlagged, moment: Moment) -> Case:
    """Frozen; everyone told is owed the doubt. Whoever was owed an earlier one still is, by its time."""
    doubt = Doubt(by=moment.by, about=event.about, at=moment.at)
    owed = {who: Duty(opened=moment.at, due=event.due, holder=telling.by) for who, telling in case.told.items()}
    return change(case, doubts=(*case.doubts, doubt), doubt_duties={**owed, **case.doubt_duties})


@folds(DoubtCleared)
def doubt_cleared(case: Case, event: DoubtCleared, moment: Moment) -> Case:
    """Forward again. Whoever heard of the doubt is owed its end (R44, R46)."""
    owed = {
        who: Duty(opened=moment.at, due=event.due, holder=case.told[who].by)
        for who in case.doubt_heard
        if who in case.told
    }
    return change(
        case,
        doubts=(),
        doubt_duties={},
        doubt_heard=(),
        corrections={**case.corrections, **owed},
    )


@folds(Retracted)
def retracted(case: Case, event: Retracted, moment: Moment) -> Case:
    """Everything stops; everyone told is owed the retraction, by the one who told them (R45)."""
    owed = {who: Duty(opened=moment.at, due=event.due, holder=telling.by) for who, telling in case.told.items()}
    state = "unknown" if event.retraction == "wrong_person" else "injured"
    closing = msgspec.structs.replace(case.closing, closed=False, released=None)
    return change(
        case,
        retracted=event.retraction,
        retract_duties=owed,
        doubt_duties={},
        doubts=(),
        corrections={},
        state=state,
        closing=closing,
    )


@folds(Refused)
def refused(case: Case, event: Refused, moment: Moment) -> Case:
    """Who was refused, by which rule, where: they may not decide the exception themselves (R35)."""
    table = dict(case.refused)
    for rule in event.rules:
        if rule.startswith("R"):
            key = f"{rule}@{event.place or ''}"
            table[key] = joined(table.get(key, ()), moment.by)
    kinship = case.kinship
    if event.command == "draw_chain" and "R17" in event.rules and kinship.tie_since is None:
        kinship = msgspec.structs.replace(kinship, tie_since=moment.at)
    return _settle_later(change(case, refused=table, kinship=kinship), event, moment)


def _settle_later(case: Case, event: Refused, moment: Moment) -> Case:
    """What was done, and could not be recorded when its record came, is somebody's to settle (decision 0005)."""
    if event.when is None or not event.place:
        return case
    more = change(case, late={**case.late, event.place: moment.at})
    owed = event.due is not None and event.place in case.told
    return owe_correction(more, event.place, event.due, moment) if owed and event.due else more
