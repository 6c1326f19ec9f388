"""Cover: at every moment every living patient is somebody's (R07, R55, R75, R76; invariant 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from kinfirst.core.commands import AcceptCover, Command, DeclineCover, GoOff, HandOver, Recall
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import (
    CareTaken,
    CoverAccepted,
    CoverDeclined,
    CoverEnded,
    CoverOffered,
    HouseEvent,
    PatientsDied,
    Recalled,
    TaskOverdue,
    WentOff,
)
from kinfirst.core.house import House, HouseFacts, Offer
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.policy import TASK_DUE
from kinfirst.core.roles import ROLES
from kinfirst.core.rules import noted
from kinfirst.core.task import Task

DESK = "role:coordinator"

noted("R55", "kinfirst.core.cover.decide_house", "hand_over", "accept_cover", "go_off", "recall")
noted("R07", "kinfirst.core.cover.may_go_off", "go_off")
noted("R76", "kinfirst.core.cover.tick_house", "hand_over")


class Turn:
    """One command put to the house at one moment."""

    __slots__ = ("command", "facts", "house", "now")

    def __init__(self, house: House, command: Command, facts: HouseFacts, now: datetime) -> None:
        """Hold what a rule of the house looks at."""
        self.house, self.command, self.facts, self.now = house, command, facts, now

    @property
    def by(self) -> str:
        """Who gives the command."""
        return self.command.by

    def roles(self, who: str) -> tuple[str, ...]:
        """The roles of somebody the command names."""
        person = self.command.people.get(who)
        return person.roles if person else ()


def decide_house(house: House, command: Command, facts: HouseFacts, now: datetime) -> tuple[HouseEvent, ...] | Refusal:
    """What follows from a command of the house: events, or every rule that stands in the way."""
    taken = tuple(care_changes(house, facts))
    for event in taken:
        house = fold_house(house, event, at=now, by=command.by)
    turn = Turn(house, command, facts, now)
    judge = JUDGES[command.name]
    reasons = (*_role(turn), *judge(turn, command.do))
    if reasons:
        return Refusal(command=command.name, reasons=tuple(dict.fromkeys(reasons)))
    return (*taken, *_happens(turn, command.do))


def care_changes(house: House, facts: HouseFacts) -> Iterator[HouseEvent]:
    """What the registry says of care that the house does not know yet.

    Somebody whose death was withdrawn is alive, and somebody's again (R45).
    """
    new = {
        patient: who
        for patient, who in sorted(facts.care.items())
        if patient not in house.patients and patient not in facts.dead
    }
    if new:
        yield CareTaken(care=new)
    died = tuple(sorted(p for p in facts.dead if p in house.patients))
    if died:
        yield PatientsDied(patients=died)


def _role(turn: Turn) -> Iterator[Reason]:
    allowed = ROLES[turn.command.name]
    if allowed and not set(allowed) & set(turn.roles(turn.by)):
        yield Reason(rule="role", text=f"This is for {' or '.join(role.replace('_', ' ') for role in allowed)}.")


def _hand_over(turn: Turn, do: HandOver) -> Iterator[Reason]:
    """Only one's own living patients, to another clinician, until a moment to come, with all four parts."""
    if not do.patients or len(set(do.patients)) != len(do.patients):
        yield Reason(rule="argument", text="patients: name each patient once, at least one.")
    mine = set(turn.house.of(turn.by))
    if set(do.patients) - mine:
        yield Reason(rule="R55", text="A patient named here is not yours to hand over; whoever has them must.")
    yield from _receiver(turn, do.to)
    if do.until <= turn.now:
        yield Reason(rule="argument", text="until: the end of cover must be still to come.")
    missing = [part for part in ("illness", "summary", "actions", "contingency") if not _part(do, part)]
    if missing:
        yield Reason(rule="R55", text=f"The hand-over lacks {', '.join(missing)}; say it, even if there is none.")


def _receiver(turn: Turn, to: str) -> Iterator[Reason]:
    """Another clinician: a trainee cannot answer for a patient (R75)."""
    if to == turn.by:
        yield Reason(rule="argument", text="to: the receiver must be somebody else.")
    elif "clinician" not in turn.roles(to):
        yield Reason(rule="R55", text="Cover is taken by a clinician; offer it to one.")
        yield Reason(rule="R75", text="Answering for a patient needs a full credential; offer it to a clinician.")


def _part(do: HandOver, part: str) -> bool:
    return bool(str(getattr(do.ipass, part)).strip())


def offer_meant(house: House, named: str, to: str) -> Offer | None:
    """The offer a reference means: by number, else the latest of that person.

    One that waits for the giver comes first, then one that waits for somebody else, then one already answered.
    """
    meant = [o for o in house.offers if named in (str(o.number), o.by)]
    order = sorted(meant, key=lambda o: (o.state == "offered", o.to == to, o.number))
    return order[-1] if order else None


def _answer(turn: Turn, do: AcceptCover | DeclineCover) -> Iterator[Reason]:
    offer = offer_meant(turn.house, do.offer, turn.by)
    if offer is None:
        yield Reason(rule="argument", text="offer: nobody of that name or number has offered anything.")
        return
    if offer.to != turn.by:
        yield Reason(rule="R55", text="This was offered to somebody else; only they can answer.")
    if offer.state != "offered":
        yield Reason(rule="stage", text=f"This offer has been {offer.state}; it must be offered again.")
    if isinstance(do, AcceptCover):
        if not do.read_back.strip():
            yield Reason(rule="R55", text="Read it back: cover is accepted in the receiver's own words.")
        if offer.until <= turn.now:
            yield Reason(rule="R55", text="The time this cover was offered for is over; it must be offered again.")


def may_go_off(turn: Turn, do: GoOff) -> Iterator[Reason]:
    """Nobody leaves with a living patient, or with an entry unsigned."""
    mine = turn.house.of(turn.by)
    if mine:
        held = _count(len(mine), "living patient is", "living patients are")
        yield Reason(rule="R55", text=f"Hand over first: {held} yours.")
    left = turn.facts.unsigned.get(turn.by, 0)
    if left:
        written = _count(left, "chart entry of yours is", "chart entries of yours are")
        yield Reason(rule="R07", text=f"Sign first: {written} not signed.")
    if turn.by in turn.house.off:
        yield Reason(rule="stage", text="You are off duty already.")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _recall(turn: Turn, do: Recall) -> Iterator[Reason]:
    """Only as the hand-overs in force allow; the strictest of them counts."""
    given = covers_given(turn.house, do.person)
    if do.person not in turn.house.off and not given:
        yield Reason(rule="stage", text="This person is on duty; there is nobody to call back.")
    for offer in given:
        if offer.recall == "never" or (offer.recall == "emergency" and do.why != "emergency"):
            yield Reason(rule="R55", text=f"Their hand-over allows recall: {offer.recall}.", until=offer.until)
            return


def covers_given(house: House, clinician: str) -> tuple[Offer, ...]:
    """The hand-overs somebody gave that still carry a patient; one whose time is over carries nobody (R76)."""
    in_force = {ward.offer for ward in house.patients.values() if ward.ended is None}
    return tuple(o for o in house.offers if o.by == clinician and o.number in in_force)


JUDGES: dict[str, Callable[[Turn, Any], Iterator[Reason]]] = {
    "hand_over": _hand_over,
    "accept_cover": _answer,
    "decline_cover": _answer,
    "go_off": may_go_off,
    "recall": _recall,
}


def _happens(turn: Turn, do: Any) -> Iterator[HouseEvent]:
    match do:
        case HandOver():
            last = turn.house.offers[-1].number if turn.house.offers else 0
            yield CoverOffered(
                number=last + 1,
                patients=do.patients,
                to=do.to,
                until=do.until,
                recall=do.recall,
                ipass=do.ipass,
            )
        case AcceptCover() | DeclineCover():
            offer = offer_meant(turn.house, do.offer, turn.by)
            if offer is None:
                raise ValueError("an answer without an offer passed its rules")
            if isinstance(do, DeclineCover):
                yield CoverDeclined(number=offer.number, read_back=do.read_back)
            else:
                yield CoverAccepted(number=offer.number, patients=offer.patients, read_back=do.read_back)
        case GoOff():
            yield WentOff()
        case Recall():
            yield Recalled(person=do.person, why=do.why)


def tasks_house(house: House) -> tuple[Task, ...]:
    """Offers waiting for an answer, and patients whose cover ran out."""
    found = [
        Task(kind="accept_cover", about=o.to, holder=o.to, opened=o.at, due=o.at + TASK_DUE["accept_cover"])
        for o in house.offers
        if o.state == "offered"
    ]
    found += [
        Task(
            kind="cover_ended",
            about=patient,
            holder=DESK,
            opened=ward.ended,
            due=ward.ended + TASK_DUE["cover_ended"],
        )
        for patient, ward in house.patients.items()
        if ward.ended is not None
    ]
    once = {task.name: task for task in reversed(found)}
    late = [
        Task(
            kind="escalate",
            about=task.name,
            holder="role:authority",
            opened=task.due,
            due=task.due + TASK_DUE["escalate"],
        )
        for task in once.values()
        if house.escalated.get(task.name) == task.due
    ]
    return tuple(sorted((*once.values(), *late), key=lambda task: (task.due, task.name)))


def due_house(house: House) -> datetime | None:
    """The next moment at which time alone changes something in the house."""
    ends = [w.until for w in house.patients.values() if w.until is not None and w.ended is None]
    late = [t.due for t in tasks_house(house) if t.kind != "escalate" and house.escalated.get(t.name) != t.due]
    return min((*ends, *late), default=None)


def tick_house(house: House, now: datetime) -> tuple[HouseEvent | TaskOverdue, ...]:
    """Cover that ran out by `now` with nobody following, and tasks overdue (R76)."""
    ended = tuple(
        sorted(
            patient
            for patient, ward in house.patients.items()
            if ward.until is not None and ward.ended is None and ward.until <= now
        )
    )
    late = tuple(
        TaskOverdue(task=t.name, due=t.due)
        for t in tasks_house(house)
        if t.kind != "escalate" and t.due <= now and house.escalated.get(t.name) != t.due
    )
    return (*((CoverEnded(patients=ended),) if ended else ()), *late)
