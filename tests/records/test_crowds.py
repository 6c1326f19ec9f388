"""A crowd asked of the database is the crowd held whole, whatever the registry and the record hold (R11 to R40)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from kinfirst.core.bearing import Everybody, bearing
from kinfirst.core.facts import EventMember, Person
from kinfirst.people import facts, registry
from kinfirst.people import models as people_models
from kinfirst.people.registry import NewPerson
from kinfirst.records import models
from kinfirst.records.crowds import FIRST_PAGE, Asked, Held

pytestmark = pytest.mark.django_db
REALM, EVENT = "rehearsal", "crash"
YEARS = 5
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEXES, BIRTHS = (None, "male", "female"), (None, date(1980, 1, 1), date(1984, 12, 30), date(1985, 1, 2))


def event(chance: Random) -> list[str]:
    """People of an event, most of them listed, some with a case, some with two; the casualties' ids."""
    new = [NewPerson(name=f"P {n}", sex=chance.choice(SEXES), born=chance.choice(BIRTHS)) for n in range(60)]
    people = registry.add_people(REALM, new)
    registry.add_event(REALM, EVENT, [who for who in people if chance.random() < 0.8])
    for number, who in enumerate(people):
        for again in range(chance.choice((0, 1, 1, 2))):
            _case(f"{chance.random()}-{number}-{again}", who, chance)
    return list(people)


def _case(id: str, who: str, chance: Random) -> None:
    settled = chance.choice((None, None, NOON + timedelta(hours=chance.randrange(4))))
    models.Case.objects.create(
        id=id,
        kind="case",
        realm=REALM,
        event=chance.choice((EVENT, EVENT, EVENT, "other")),
        casualty=who,
        state=chance.choice(("unknown", "injured", "believed_dead", "deceased")),
        level=chance.randrange(5),
        two_identifiers=chance.random() < 0.2,
        kin_settled=settled,
        retracted=chance.random() < 0.3,
        version=1,
        seq=1,
        head=b"",
        snapshot=b"",
        stage="opened",
        mac=b"",
    )


def whole(own: str) -> Everybody:
    """Member by member through the tables, with nothing clever."""
    listed = set(_listed())
    cases = list(models.Case.objects.filter(realm=REALM, event=EVENT).exclude(id=own).order_by("-retracted", "-id"))
    come = {case.casualty: case for case in cases}
    known = facts.persons(listed | set(come))
    return Everybody(_member(known[who], come.get(who)) for who in known)


def _listed() -> list[str]:
    return list(people_models.EventPerson.objects.filter(event__code=EVENT).values_list("person_id", flat=True))


def _member(person: Person, case: models.Case | None) -> EventMember:
    if case is None:
        return EventMember(person=person.id, born=person.born, sex=person.sex)
    return EventMember(
        person=person.id,
        born=person.born,
        sex=person.sex,
        case=True,
        state=case.state,
        level=case.level,
        two_identifiers=case.two_identifiers,
        kin_settled=case.kin_settled,
        retracted=case.retracted,
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_asked_for_is_what_is_there(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfirst.records.crowds.FIRST_PAGE", 2)
    chance = Random(seed)
    people = event(chance)
    known = facts.persons(people)
    for own in ("", *models.Case.objects.filter(event=EVENT).values_list("id", flat=True)[:12]):
        asked, true = Asked(REALM, EVENT, own), whole(own)
        who = chance.choice(people)
        named = set(chance.sample(people, 7))
        assert list(asked.named(named)) == list(true.named(named))
        assert asked.told() == true.told()
        some = {one: known[one] for one in (who, *named)}
        assert bearing(asked, some, [who], years=YEARS) == bearing(true, some, [who], years=YEARS)


def test_a_held_crowd_takes_in_what_others_change() -> None:
    people = event(Random(7))
    held = Held(REALM, EVENT)
    models.Case.objects.filter(event=EVENT, casualty=people[3]).update(state="deceased", kin_settled=None)
    models.Case.objects.filter(event=EVENT, casualty=people[4]).update(kin_settled=NOON + timedelta(days=1))
    _case("0-new", people[5], Random(1))
    held.refresh()
    true = whole("")
    assert list(held.named(people)) == list(true.named(people))
    assert (list(held.waiting()), held.told()) == (list(true.waiting()), true.told())


def test_of_hundreds_a_page_is_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people = registry.add_people(REALM, [NewPerson(name=f"P {n}", sex="male") for n in range(300)])
    registry.add_event(REALM, EVENT, people)
    first, *others = sorted(people)
    crowd = Asked(REALM, EVENT, "")
    # A page of people, and how far their cases have come.
    with django_assert_num_queries(2) as asked:
        alike = iter(crowd.like(Person(id=first, sex="male"), YEARS))
        assert [next(alike).person for _ in range(3)] == [first, *others[:2]]
    assert asked.captured_queries[0]["sql"].endswith(f"LIMIT {FIRST_PAGE}")
