"""The people beside the patient: who is on the list afterwards, in which relation, and who was left and why."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from kinfirst.people import models, registry
from kinfirst.people.contacts import Way, contacts
from kinfirst.records import models as record
from kinfirst.records.actions import Given
from tests.interop.hl7v2.messages import MSH, message, nk1, with_fields
from tests.records.intake_desk import DEAD, counts, enter, kin_of, left, one, opened, said


@pytest.fixture
def desk(db: None) -> Given:
    return enter("live")


def casualty(*segments: str, desk: Given) -> str:
    """Brings in a death with these NK1; the casualty's id."""
    return opened(message(MSH, DEAD, *segments), desk).casualty


@pytest.mark.parametrize(
    ("code", "relation"),
    [
        ("SPO", "spouse"),
        ("DOM", "partner"),
        ("CHD", "child"),
        ("PAR", "parent"),
        ("MTH", "parent"),
        ("FTH", "parent"),
        ("SIB", "sibling"),
        ("BRO", "sibling"),
        ("SIS", "sibling"),
        ("GRP", "grandparent"),
        ("GRD", "guardian"),
        ("EXF", "other"),
        ("FRND", "other"),
    ],
)
def test_relations(desk: Given, code: str, relation: str) -> None:
    assert list(kin_of(casualty(nk1(f3=code), desk=desk))) == [f"Ana Orr {relation}"]


def test_contacts_and_languages(desk: Given) -> None:
    segment = nk1(
        f4="1 Mill Lane^^Salem^OR^97301~X^^Y^^^^BA",
        f5="555-0100^PRN^PH~555-0199^PRN^FX~a@b.example^NET",
        f20="ES",
    )
    told = one(message(MSH, DEAD, segment), desk)
    (line,) = kin_of(record.Case.objects.get(id=told.case).casualty).values()
    assert contacts(line.person_id) == (
        Way(kind="phone", text="555-0100"),
        Way(kind="email", text="a@b.example"),
        Way(kind="address", text="1 Mill Lane, Salem, OR 97301"),
    )
    assert models.Person.objects.get(id=line.person_id).speaks == ["es"]
    assert {"NK1(1)-4", "NK1(1)-5"} <= set(left(told))


@pytest.mark.parametrize(
    ("role", "listed", "contact"),
    [("C", False, True), ("EP", False, True), ("N", True, False), ("E", False, False)],
)
def test_contact_roles_are_not_relations(desk: Given, role: str, listed: bool, contact: bool) -> None:
    line = kin_of(casualty(nk1(f7=role), desk=desk))["Ana Orr spouse"]
    assert (line.listed, line.emergency_contact, line.recorded) == (listed, contact, None)


def test_the_counter_is_no_order_and_neither_is_the_place(desk: Given) -> None:
    """Set ids and places in every permutation give the same list of kin."""
    people = (("Orr^Ana", "SPO"), ("Orr^Bea", "CHD"), ("Orr^Cid", "FTH"), ("Orr^Ana", "EMC"))
    found = set()
    for number, order in enumerate(permutations(people)):
        segments = [nk1(f1=str(count), f2=name, f3=code, f7="") for count, (name, code) in enumerate(order, start=1)]
        header, patient = with_fields(MSH, f10=f"P-{number}"), with_fields(DEAD, f3=f"P{number}^^^LEAF^MR")
        rows = kin_of(opened(message(header, patient, *segments), desk).casualty)
        found.add(tuple(sorted((name, row.emergency_contact, row.listed) for name, row in rows.items())))
    assert found == {
        (("Ana Orr spouse", True, False), ("Bea Orr child", False, False), ("Cid Orr parent", False, False))
    }


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"f9": "2019"}, "ended", id="ended before the message"),
        pytest.param({"f9": "20260302153000+0900"}, "ended", id="ended between the message and the intake"),
        pytest.param({"f8": "2030"}, "begun", id="not begun"),
        pytest.param({"f3": "ZZZ", "f7": ""}, "must ask", id="unknown relation, no role"),
        pytest.param({"f3": "UNK", "f7": ""}, "must ask", id="relation said to be unknown"),
        pytest.param({"f3": "SEL"}, "not kin", id="the patient"),
        pytest.param({"f2": ""}, "no name", id="nobody"),
        pytest.param({"f2": "\u202eOrr^Ana"}, "no name", id="a name that turns the text around"),
    ],
)
def test_who_is_not_kin_now_is_left_with_the_reason(desk: Given, fields: dict[str, str], why: str) -> None:
    told = one(message(MSH, DEAD, nk1(**fields)), desk)
    assert why in left(told)["NK1(1)"]
    assert not [each for each in told.taken if each.field.startswith("NK1")]
    assert not models.Kin.objects.exists()
    assert models.Person.objects.count() == 2


def test_somebody_left_is_kept_with_the_report(desk: Given) -> None:
    told = one(message(MSH, DEAD, nk1(f3="ZZZ", f7="")), desk)
    assert [name.given for each in said(told.case or "").aside for name in each.names] == ["Ana"]


def test_a_contact_without_a_relation_is_on_the_list_as_other(desk: Given) -> None:
    told = one(message(MSH, DEAD, nk1(f3="ZZZ", f7="N")), desk)
    line = kin_of(record.Case.objects.get(id=told.case).casualty)["Ana Orr other"]
    assert line.listed
    assert any("must ask" in note.what for note in told.notes if note.field == "NK1(1)-3")


def test_a_minor_and_the_guardian(desk: Given) -> None:
    child = with_fields(DEAD, f7="20180401")
    who = opened(message(MSH, child, nk1(f2="Orr^Ana", f3="MTH"), nk1(f2="Ash^Ito", f3="GRD")), desk).casualty
    assert sorted(kin_of(who)) == ["Ana Orr parent", "Ito Ash guardian"]


def test_a_birth_date_of_kin_is_whole_or_none(desk: Given) -> None:
    who = casualty(nk1(f16="199403"), nk1(f2="Orr^Bea", f3="CHD", f16="20150401"), desk=desk)
    born = {name: models.Person.objects.get(id=row.person_id).born for name, row in kin_of(who).items()}
    assert born == {"Ana Orr spouse": None, "Bea Orr child": date(2015, 4, 1)}


def test_protected_kin_are_noted(desk: Given) -> None:
    told = one(message(MSH, DEAD, nk1(f23="Y")), desk)
    assert "NK1(1)-23" in [note.field for note in told.notes]


def test_kin_who_come_again_are_completed_and_not_doubled(desk: Given) -> None:
    who = casualty(nk1(f7=""), desk=desk)
    before = counts()[:2]
    again = nk1(f5="555-0111", f7="N", f16="19940301")
    assert one(message(with_fields(MSH, f10="C-2"), DEAD, again), desk).did == "added"
    assert counts()[:2] == before
    line = kin_of(who)["Ana Orr spouse"]
    assert line.listed
    assert models.Person.objects.get(id=line.person_id).born == date(1994, 3, 1)
    assert [way.text for way in contacts(line.person_id) if way.kind == "phone"] == ["555-0100", "555-0111"]


def test_one_name_in_two_relations_of_one_message_is_two_people(desk: Given) -> None:
    who = casualty(nk1(f2="Orr^Cid", f3="FTH"), nk1(f2="Orr^Cid", f3="SONC"), desk=desk)
    rows = kin_of(who)
    assert sorted(rows) == ["Cid Orr child", "Cid Orr parent"]
    assert len({row.person_id for row in rows.values()}) == 2


def test_a_name_on_record_in_another_relation_is_for_a_person(desk: Given) -> None:
    who = casualty(nk1(), desk=desk)
    told = one(message(with_fields(MSH, f10="C-2"), DEAD, nk1(f3="DOM")), desk)
    assert "another relation" in left(told)["NK1(1)"]
    assert list(kin_of(who)) == ["Ana Orr spouse"]


def test_a_message_about_a_living_patient_fills_kin_only_where_a_case_is_open(desk: Given) -> None:
    alive = with_fields(DEAD, f29="", f30="")
    raw = message(with_fields(MSH, f10="C-0"), alive, nk1())
    assert one(raw, desk).did == "left"
    who = casualty(desk=desk)
    assert one(raw, desk).did == "added"
    assert list(kin_of(who)) == ["Ana Orr spouse"]
    assert registry.find("live", "ANA  ORR") != []
