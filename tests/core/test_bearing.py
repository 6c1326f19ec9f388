"""The few of an event that a case keeps decide as all of them would (R11, R13, R16, R39, R40)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.bearing import Everybody, bearing
from kinfirst.core.case import Case
from kinfirst.core.facts import EventFacts, EventMember, Facts, KinRecord, Person
from kinfirst.core.identity import look_alikes, told_apart
from kinfirst.core.kinship import effective, gone
from kinfirst.core.overriding import others_waiting

YEARS = 5
SEXES = (None, "male", "female")
MOMENTS = st.sampled_from([None, *(datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3, 4))])
BORN = st.sampled_from([None, date(1980, 1, 1), date(1984, 6, 1), date(1990, 1, 1)])
MEMBERS = st.builds(
    EventMember,
    person=st.sampled_from([f"p{n}" for n in range(9)]),
    born=BORN,
    sex=st.sampled_from(SEXES),
    case=st.booleans(),
    state=st.sampled_from(["unknown", "injured", "believed_dead", "deceased"]),
    level=st.integers(0, 4),
    two_identifiers=st.booleans(),
    kin_settled=MOMENTS,
    retracted=st.booleans(),
)


def facts(members: list[EventMember], me: Person) -> Facts:
    event = EventFacts(id="crash", closed=True, members=tuple(sorted(members, key=lambda member: member.person)))
    kin = tuple(KinRecord(of="p0", person=who, relation="sibling", guardian="p3") for who in ("p1", "p2"))
    known = (me, Person(id="p1"), Person(id="p2"), Person(id="p3"))
    return Facts(persons={one.id: one for one in known}, kin=kin, event=event)


def what_counts(case: Case) -> tuple[object, ...]:
    """Everything that the core asks of an event."""
    assert case.facts.event is not None
    alike = look_alikes(case, YEARS)
    told = [m.kin_settled for m in case.facts.event.members if m.case and not m.retracted and m.kin_settled]
    return (
        bool(alike),
        any(other.state != "deceased" and not told_apart(other) for other in alike),
        others_waiting(case),
        max(told, default=None),
        effective(case),
        gone(case, "p3"),
    )


@given(
    members=st.lists(MEMBERS, max_size=9, unique_by=lambda member: member.person),
    born=BORN,
    sex=st.sampled_from(SEXES),
)
def test_the_few_decide_as_all_would(members: list[EventMember], born: date | None, sex: str | None) -> None:
    whole = facts(members, Person(id="p0", born=born, sex=sex))
    assert whole.event is not None
    few = bearing(Everybody(members), whole.persons, ["p0"], years=YEARS)
    fewer = msgspec.structs.replace(whole, event=msgspec.structs.replace(whole.event, members=few))
    seen = Case(id="c", casualty="p0", facts=whole)
    assert what_counts(msgspec.structs.replace(seen, facts=fewer)) == what_counts(seen)


def test_of_thousands_a_handful_is_kept() -> None:
    me = Person(id="p0", born=date(1990, 1, 1), sex="male")
    crowd = [EventMember(person=f"p{n}", born=date(1990, 1, 1), sex="male", case=True) for n in range(5000)]
    assert len(bearing(Everybody(crowd), {me.id: me}, ["p0"], years=YEARS)) < 10


def test_without_an_event_nobody_bears() -> None:
    assert bearing(Everybody(), {}, ["p0"], years=YEARS) == ()


@given(members=st.lists(MEMBERS, max_size=20))
def test_a_crowd_that_learns_is_the_crowd_that_knew(members: list[EventMember]) -> None:
    """Whatever was put there first, the last word on each counts."""
    learnt = Everybody()
    for member in members:
        learnt.put(member)
    knew = Everybody({member.person: member for member in members}.values())
    assert [list(crowd.waiting()) for crowd in (learnt, knew)] == [list(knew.waiting())] * 2
    assert list(learnt.like(Person(id="p0"), YEARS)) == list(knew.like(Person(id="p0"), YEARS))
    assert learnt.told() == knew.told()
    assert bearing(learnt, {}, ["p0"], years=YEARS) == bearing(knew, {}, ["p0"], years=YEARS)
