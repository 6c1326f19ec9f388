from __future__ import annotations

import random
from datetime import date

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from kinfirst.core.facts import Facts, KinRecord, Person
from kinfirst.people import registry
from kinfirst.people.facts import facts_for, persons
from kinfirst.people.registry import NewPerson
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_person_is_what_rules_may_ask_and_no_name(cast: Cast) -> None:
    found = persons([cast.cat, cast.sakura, "nobody", cast.cat])
    assert list(found) == sorted([cast.cat, cast.sakura])
    assert found[cast.cat] == Person(id=cast.cat, born=date(1998, 2, 11), sex="male", division="anbu", sealed=True)
    assert found[cast.sakura] == Person(
        id=cast.sakura,
        grade=9,
        zone="Asia/Tokyo",
        roles=("clinician", "authority"),
        credentials=("pronounce",),
    )


def test_the_facts_of_a_case_hold_all_who_matter_and_nobody_else(cast: Cast) -> None:
    child, ward = registry.add_people(
        cast.realm, (NewPerson(name="Child", born=date(2020, 5, 5)), NewPerson(name="Unrelated"))
    )
    line = KinRecord(
        of=cast.cat,
        person=child,
        relation="child",
        recorded=date(2026, 1, 1),
        listed=True,
        emergency_contact=True,
        guardian=cast.outsider,
        do_not_notify=True,
        teller=cast.mirani,
    )
    registry.add_kin(cast.realm, line, ground="ill health")
    registry.add_kin(cast.realm, KinRecord(of=ward, person=cast.hiro, relation="other"))
    registry.add_event(cast.realm, "fire", (cast.cat, ward), closed=True)
    facts = facts_for(cast.realm, {cast.cat}, ("leader", "adviser"), "fire")
    assert line in facts.kin
    assert len(facts.kin) == 2
    wanted = (cast.cat, child, cast.sister, cast.outsider, cast.mirani, cast.kakashi, cast.sakura)
    assert list(facts.persons) == sorted(wanted)
    assert [office.office for office in facts.offices] == ["leader"]
    assert facts.offices[0].deputies == (cast.sakura,)
    assert facts.event is not None
    assert facts.event.closed
    assert facts.event.members == (), "they are many, and asked for apart (records.crowds)"


def test_a_case_without_a_known_casualty_or_event_has_few_facts(cast: Cast) -> None:
    assert facts_for(cast.realm, set(), (), None) == Facts()
    assert facts_for(cast.realm, {"nobody"}, ("adviser",), "fire") == Facts()
    assert facts_for("live", {cast.cat}, ("leader",), None) == Facts()


def test_the_order_of_entry_never_shows() -> None:
    ids = registry.add_people("a", tuple(NewPerson(name=f"P{n}") for n in range(12)))
    lines = [KinRecord(of=ids[0], person=who, relation="sibling") for who in ids[1:]]
    lines += [KinRecord(of=ids[0], person=who, relation="other", listed=True) for who in ids[1:4]]
    seen = []
    for seed in range(4):
        shuffled = random.Random(seed).sample(lines, len(lines))
        for line in shuffled:
            registry.add_kin("a", line)
        for office in random.Random(seed).sample(["leader", "adviser", "division_head:x"], 3):
            registry.set_office("a", office, ids[1], (ids[3], ids[2]))
        registry.add_event("a", f"e{seed}", random.Random(seed).sample(ids, len(ids)))
        offices = tuple(random.Random(seed).sample(["leader", "adviser", "division_head:x"], 3))
        facts = facts_for("a", {ids[0], ids[5]}, offices, f"e{seed}")
        assert facts.event is not None
        same = msgspec.structs.replace(facts, event=msgspec.structs.replace(facts.event, id="e"))
        seen.append(msgspec.json.encode(same))
        _forget_kin()
    assert len(set(seen)) == 1


def _forget_kin() -> None:
    from kinfirst.people.models import Kin

    Kin.objects.all().delete()


@pytest.mark.parametrize("size", [1, 40])
def test_the_number_of_queries_does_not_grow(size: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ids = registry.add_people("a", tuple(NewPerson(name=f"P{n}") for n in range(size + 2)))
    for who in ids[1:]:
        registry.add_kin("a", KinRecord(of=ids[0], person=who, relation="sibling"))
    registry.set_office("a", "leader", ids[1], ids[2:])
    registry.add_event("a", "fire", ids)
    with django_assert_num_queries(4):
        facts = facts_for("a", {ids[0]}, ("leader",), "fire")
    assert len(facts.persons) == size + 2


def test_more_people_than_one_statement_holds() -> None:
    ids = registry.add_people("a", tuple(NewPerson(name=f"P{n}") for n in range(2000)))
    assert list(persons(ids)) == sorted(ids)
