"""How each event changes the house. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core.events import (
    CareTaken,
    CoverAccepted,
    CoverDeclined,
    CoverEnded,
    CoverOffered,
    Event,
    HouseEvent,
    PatientsDied,
    Recalled,
    Refused,
    TaskOverdue,
    WentOff,
)
from kinfirst.core.house import House, Offer, Ward

KEPT = 100
"""How many of the newest offers a house remembers whatever became of them, so that whoever answers late hears what."""


def fold_house(house: House, event: HouseEvent | TaskOverdue | Refused, *, at: datetime, by: str) -> House:
    """The house after an event that happened at `at` (UTC) by `by`."""
    return _FOLDS[type(event)](house, event, at, by)


def _care_taken(house: House, event: CareTaken, at: datetime, by: str) -> House:
    new = {patient: Ward(clinician=who) for patient, who in event.care.items()}
    return msgspec.structs.replace(house, patients={**house.patients, **new})


def _patients_died(house: House, event: PatientsDied, at: datetime, by: str) -> House:
    left = {p: w for p, w in house.patients.items() if p not in event.patients}
    offers = tuple(_without(o, event.patients) if o.state == "offered" else o for o in house.offers)
    return msgspec.structs.replace(house, patients=left, offers=offers)


def _declined(house: House, event: CoverDeclined, at: datetime, by: str) -> House:
    return msgspec.structs.replace(house, offers=_marked(house, event.number, "declined"))


def _went_off(house: House, event: WentOff, at: datetime, by: str) -> House:
    return msgspec.structs.replace(house, off=(*house.off, by))


def _recalled(house: House, event: Recalled, at: datetime, by: str) -> House:
    return msgspec.structs.replace(house, off=tuple(who for who in house.off if who != event.person))


def _ended(house: House, event: CoverEnded, at: datetime, by: str) -> House:
    patients = {
        p: msgspec.structs.replace(w, ended=at) if p in event.patients else w for p, w in house.patients.items()
    }
    return msgspec.structs.replace(house, patients=patients)


def _overdue(house: House, event: TaskOverdue, at: datetime, by: str) -> House:
    return msgspec.structs.replace(house, escalated={**house.escalated, event.task: event.due})


def _refused(house: House, event: Refused, at: datetime, by: str) -> House:
    return house


def _marked(house: House, number: int, state: str) -> tuple[Offer, ...]:
    return tuple(msgspec.structs.replace(o, state=state) if o.number == number else o for o in house.offers)


def _offered(house: House, event: CoverOffered, at: datetime, by: str) -> House:
    """A new offer; it takes its patients out of older offers that nobody has answered."""
    older = tuple(_without(o, event.patients) if o.state == "offered" and o.by == by else o for o in house.offers)
    offer = Offer(
        number=event.number,
        by=by,
        to=event.to,
        patients=event.patients,
        until=event.until,
        recall=event.recall,
        at=at,
    )
    return msgspec.structs.replace(house, offers=_remembered(house, (*older, offer)))


def _remembered(house: House, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Those that wait, those under which a patient is, and the newest; the others are in the ledger alone."""
    if len(offers) <= KEPT:
        return offers
    held = {ward.offer for ward in house.patients.values()}
    older = (o for o in offers[:-KEPT] if o.state == "offered" or o.number in held)
    return (*older, *offers[-KEPT:])


def _without(offer: Offer, patients: tuple[str, ...]) -> Offer:
    left = tuple(p for p in offer.patients if p not in patients)
    return msgspec.structs.replace(offer, patients=left, state=offer.state if left else "withdrawn")


def _accepted(house: House, event: CoverAccepted, at: datetime, by: str) -> House:
    """The patients are the receiver's, who is on duty by that; a cover that had ended is followed now."""
    offer = next(o for o in house.offers if o.number == event.number)
    taken = {
        patient: Ward(clinician=offer.to, offer=offer.number, until=offer.until)
        for patient in event.patients
        if patient in house.patients
    }
    return msgspec.structs.replace(
        house,
        patients={**house.patients, **taken},
        offers=_marked(house, event.number, "accepted"),
        off=tuple(who for who in house.off if who != offer.to),
    )


_FOLDS: dict[type[Event], Callable[[House, Any, datetime, str], House]] = {
    CareTaken: _care_taken,
    PatientsDied: _patients_died,
    CoverOffered: _offered,
    CoverAccepted: _accepted,
    CoverDeclined: _declined,
    WentOff: _went_off,
    Recalled: _recalled,
    CoverEnded: _ended,
    TaskOverdue: _overdue,
    Refused: _refused,
}
