"""Cover as the two who hand over read it: what was said, what was read back, whose they are now (R55, R76)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinfirst.core.cover import care_changes
from kinfirst.core.events import CoverAccepted, CoverOffered
from kinfirst.core.house import House, HouseFacts, Offer
from kinfirst.core.housekeeping import fold_house
from kinfirst.records import notes, queries
from kinfirst.web import colleagues
from kinfirst.web.here import Here
from kinfirst.web.wording import Text

PARTS: tuple[tuple[str, Text], ...] = (
    ("illness", gettext_lazy("Illness severity")),
    ("summary", gettext_lazy("Patient summary")),
    ("actions", gettext_lazy("Action list")),
    ("contingency", gettext_lazy("Contingency")),
)


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over of the viewer's, given or taken, and what was said. `until` is UTC.

    `patients` are named while they are the viewer's, or offered to them; once given away they are only counted.
    """

    number: int
    other: str
    incoming: bool
    waiting: bool
    patients: tuple[str, ...]
    count: int
    said: tuple[tuple[Text, str], ...]
    read_back: str
    until: datetime
    recall: str
    over: bool


class MyPatient(msgspec.Struct, frozen=True, kw_only=True):
    """A living patient of the viewer's; `until` and `ended` are UTC, None where nothing ends."""

    name: str
    of: str
    until: datetime | None
    ended: datetime | None


def met(here: Here, house: House, facts: HouseFacts) -> House:
    """The house as a command would meet it now: with the patients the registry has in somebody's care."""
    for event in care_changes(house, facts):
        house = fold_house(house, event, at=here.now, by=here.viewer.id)
    return house


def hand_overs(here: Here, house: House, names: dict[str, str]) -> tuple[HandOver, ...]:
    """The viewer's hand-overs that wait for an answer or carry a patient, those to answer first."""
    carried = {ward.offer for ward in house.patients.values()}
    mine = [
        offer
        for offer in house.offers
        if here.viewer.id in (offer.by, offer.to)
        and (offer.state == "offered" or (offer.state == "accepted" and offer.number in carried))
    ]
    if not mine:
        return ()
    said = queries.hand_overs(here.viewer.realm)
    texts = notes.read(token for event in said for token in _tokens(event))
    mine_to_know = [offer for offer in mine if offer.to == here.viewer.id or offer.state == "offered"]
    patients = colleagues.patients(here.viewer, {who for offer in mine_to_know for who in offer.patients})
    found = [_hand_over(here, offer, (said, texts), (names, patients)) for offer in mine]
    return tuple(sorted(found, key=lambda one: (not (one.waiting and one.incoming), not one.waiting, one.until)))


def _tokens(event: CoverOffered | CoverAccepted) -> tuple[str, ...]:
    if isinstance(event, CoverAccepted):
        return (event.read_back,)
    return (event.ipass.illness, event.ipass.summary, event.ipass.actions, event.ipass.contingency)


def _hand_over(
    here: Here,
    offer: Offer,
    read: tuple[Iterable[CoverOffered | CoverAccepted], dict[str, str]],
    people: tuple[dict[str, str], dict[str, str]],
) -> HandOver:
    (events, texts), (names, patients) = read, people
    incoming = offer.to == here.viewer.id
    said: list[tuple[Text, str]] = []
    read_back = ""
    for event in events:
        if event.number != offer.number:
            continue
        if isinstance(event, CoverOffered):
            said = [(label, texts.get(getattr(event.ipass, part), "")) for part, label in PARTS]
        else:
            read_back = texts.get(event.read_back, "")
    return HandOver(
        number=offer.number,
        other=names.get(offer.by if incoming else offer.to, "?"),
        incoming=incoming,
        waiting=offer.state == "offered",
        patients=tuple(patients[who] for who in offer.patients if who in patients),
        count=len(offer.patients),
        said=tuple(said),
        read_back=read_back,
        until=offer.until,
        recall=offer.recall,
        over=offer.until <= here.now,
    )


def my_patients(here: Here, house: House, names: dict[str, str]) -> tuple[MyPatient, ...]:
    """Whose living patients are the viewer's now, and until when."""
    own = {who: ward for who, ward in house.patients.items() if ward.clinician == here.viewer.id}
    named = colleagues.patients(here.viewer, own) if own else {}
    given = {offer.number: names.get(offer.by, "?") for offer in house.offers}
    return tuple(
        MyPatient(
            name=named.get(who, _("erased")),
            of=given.get(ward.offer, "") if ward.offer is not None else "",
            until=ward.until,
            ended=ward.ended,
        )
        for who, ward in sorted(own.items(), key=lambda pair: named.get(pair[0], ""))
    )
