"""Invariant 8: at any instant every living patient is somebody's who is on duty or has handed over nothing.

A model beside the core: who has whom, moved only by an accepted offer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kinfirst.core import Command, Refusal
from kinfirst.core.commands import AcceptCover, AnyDo, DeclineCover, GoOff, HandOver, Ipass, Recall
from kinfirst.core.cover import decide_house, due_house, tasks_house, tick_house
from kinfirst.core.events import HouseEvent
from kinfirst.core.facts import Person
from kinfirst.core.house import House, HouseFacts
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.ledger import canonical
from tests.properties.company import START

CLINICIANS = ("sakura", "hiro", "fumi")
PEOPLE = {
    **{who: Person(id=who, roles=("clinician",)) for who in CLINICIANS},
    "mirani": Person(id="mirani", roles=("trainee",)),
    "desk": Person(id="desk", roles=("coordinator",)),
}
CARE = {"bed2": "sakura", "bed5": "sakura", "bed9": "hiro"}
SAID = Ipass(illness="stable", summary="day two", actions="none", contingency="call")


class HouseMachine(RuleBasedStateMachine):
    """Three clinicians, three patients, offers crossing each other, deaths, arrivals, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.house = House()
        self.care = dict(CARE)
        self.dead: set[str] = set()
        self.unsigned: dict[str, int] = {}
        self.has: dict[str, str] = {}
        self.ledger: list[tuple[HouseEvent, datetime, str]] = []
        self.give("desk", Recall(person="desk", why="other"))

    def give(self, by: str, do: AnyDo) -> bool:
        facts = HouseFacts(care=dict(sorted(self.care.items())), dead=tuple(sorted(self.dead)), unsigned=self.unsigned)
        answer = decide_house(self.house, Command(by=by, do=do, people=PEOPLE), facts, self.now)
        if isinstance(answer, Refusal):
            assert all(reason.text for reason in answer.reasons)
            return False
        for patient, who in self.care.items():
            self.has.setdefault(patient, who)
        self.take(answer, by)
        return True

    def take(self, events: tuple[HouseEvent, ...], by: str) -> None:
        for event in events:
            self.house = fold_house(self.house, event, at=self.now, by=by)
            self.ledger.append((event, self.now, by))

    @rule(
        by=st.sampled_from([*CLINICIANS, "mirani"]),
        to=st.sampled_from([*CLINICIANS, "mirani"]),
        patients=st.lists(st.sampled_from(["bed2", "bed5", "bed9", "bed11"]), min_size=1, max_size=3, unique=True),
        hours=st.sampled_from([0, 1, 12]),
        recall=st.sampled_from(["never", "emergency", "any"]),
        said=st.sampled_from([SAID, SAID, Ipass(illness="stable")]),
    )
    def offers(self, by: str, to: str, patients: list[str], hours: int, recall: str, said: Ipass) -> None:
        until = self.now + timedelta(hours=hours)
        do = HandOver(patients=tuple(patients), to=to, until=until, recall=recall, ipass=said)  # type: ignore[arg-type]
        if self.give(by, do):
            assert {self.has[patient] for patient in patients} == {by}
            assert (said, hours > 0, to in CLINICIANS, to != by) == (SAID, True, True, True)

    @rule(by=st.sampled_from(CLINICIANS), number=st.integers(1, 12), read_back=st.sampled_from(["mine now", " "]))
    def accepts(self, by: str, number: int, read_back: str) -> None:
        before = self.house
        if not self.give(by, AcceptCover(offer=str(number), read_back=read_back)):
            return
        offer = before.offers[number - 1]
        assert (offer.to, offer.state, read_back) == (by, "offered", "mine now")
        assert offer.until > self.now
        for patient in offer.patients:
            # What was offered may have gone to somebody else, or died, meanwhile: only what is the giver's moves.
            if self.has.get(patient) == offer.by and patient not in self.dead:
                self.has[patient] = by

    @rule(by=st.sampled_from(CLINICIANS), number=st.integers(1, 12))
    def declines(self, by: str, number: int) -> None:
        self.give(by, DeclineCover(offer=str(number)))

    @rule(by=st.sampled_from([*CLINICIANS, "mirani"]), unsigned=st.integers(0, 1))
    def goes_off(self, by: str, unsigned: int) -> None:
        self.unsigned = {by: unsigned} if unsigned else {}
        if self.give(by, GoOff()):
            assert by not in {who for patient, who in self.has.items() if patient not in self.dead}
            assert not unsigned

    @rule(who=st.sampled_from(CLINICIANS), why=st.sampled_from(["emergency", "other"]))
    def is_recalled(self, who: str, why: str) -> None:
        if self.give("desk", Recall(person=who, why=why)):  # type: ignore[arg-type]
            assert who not in self.house.off

    @rule(who=st.sampled_from(CLINICIANS))
    def somebody_comes_in(self, who: str) -> None:
        self.care.setdefault("bed11", who)

    @rule(patient=st.sampled_from(["bed2", "bed9"]))
    def somebody_dies(self, patient: str) -> None:
        self.dead.add(patient)

    @rule(minutes=st.sampled_from([1, 20, 59, 60, 61, 13 * 60]))
    def time_passes(self, minutes: int) -> None:
        target = self.now + timedelta(minutes=minutes)
        while (at := due_house(self.house)) is not None and at <= target:
            self.now = max(self.now, at)
            events = tick_house(self.house, self.now)
            assert events, "a due moment came and changed nothing"
            self.take(events, "system")
        self.now = target

    @invariant()
    def every_living_patient_is_somebodys(self) -> None:
        living = {patient: who for patient, who in self.has.items() if patient in self.house.patients}
        assert {patient: ward.clinician for patient, ward in self.house.patients.items()} == living
        assert set(self.has) - set(self.house.patients) <= self.dead

    @invariant()
    def cover_that_ended_is_shouted_about(self) -> None:
        ended = {patient for patient, ward in self.house.patients.items() if ward.ended is not None}
        assert ended == {task.about for task in tasks_house(self.house) if task.kind == "cover_ended"}
        for patient, ward in self.house.patients.items():
            assert ward.until is None or ward.until > self.now or patient in ended

    @invariant()
    def the_ledger_is_the_house(self) -> None:
        house = House()
        for event, at, by in self.ledger:
            house = fold_house(house, msgspec.json.decode(canonical(event), type=type(event)), at=at, by=by)
        assert house == self.house


HouseMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestHouseMachine = HouseMachine.TestCase
