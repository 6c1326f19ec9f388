"""NK1: who is put beside the patient, in which relation and role; in no order."""

from __future__ import annotations

import pytest

from kinfirst.interop.hl7v2 import Address, Name, Phone
from tests.interop.hl7v2.messages import MSH, PID, message, nk1
from tests.interop.hl7v2.reading import left, one


def test_one_person_in_full() -> None:
    segment = nk1(f6="^WPN^PH^^1^503^5550101^7", f8="2019", f15="F", f16="199403", f20="es")
    (kin,) = one(message(MSH, PID, segment)).kin
    assert kin.names == (Name(family="Orr", given="Ana"),)
    assert (kin.relation, kin.relation_code, kin.role, kin.counter) == ("spouse", "SPO", "C", "1")
    assert (kin.emergency_contact, kin.listed) == (True, False)
    assert kin.phones == (
        Phone(text="555-0100", use="PRN", equipment="PH"),
        Phone(text="1 503 5550101 ext 7", use="WPN", equipment="PH", business=True),
    )
    assert kin.addresses == (Address(street="1 Mill Lane", city="Salem", region="OR", postcode="97301"),)
    assert [moment.text for moment in (kin.start, kin.born) if moment] == ["2019", "199403"]
    assert (kin.sex, kin.language, kin.end) == ("female", "es", None)


@pytest.mark.parametrize(
    ("sent", "relation", "code"),
    [
        pytest.param("SPO", "spouse", "SPO", id="0063"),
        pytest.param("WIFE", "spouse", "WIFE", id="RoleCode"),
        pytest.param("DOM", "partner", "DOM", id="life partner"),
        pytest.param("SIGOTHR", "partner", "SIGOTHR", id="significant other"),
        pytest.param("DAUADOPT", "child", "DAUADOPT", id="adopted is a child"),
        pytest.param("STPSON", "other", "STPSON", id="step-child is not a child"),
        pytest.param("FCH", "other", "FCH", id="foster child is not a child"),
        pytest.param("MTH", "parent", "MTH", id="mother"),
        pytest.param("STPFTH", "step_parent", "STPFTH", id="stepfather"),
        pytest.param("TWIN", "sibling", "TWIN", id="twin"),
        pytest.param("HSIS", "half_sibling", "HSIS", id="half-sister"),
        pytest.param("STPSIS", "other", "STPSIS", id="step-sister is not a sister"),
        pytest.param("PGRMTH", "grandparent", "PGRMTH", id="grandmother"),
        pytest.param("GGRMTH", "other", "GGRMTH", id="great-grandmother"),
        pytest.param("GRD", "guardian", "GRD", id="guardian"),
        pytest.param("GUADLTM", "other", "GUADLTM", id="guardian for a lawsuit"),
        pytest.param("FMRSPS", "other", "FMRSPS", id="former spouse is not a spouse"),
        pytest.param("FND", "other", "FND", id="a friend is not a declared bond"),
        pytest.param("EMC^Contact^HL70063^CHD", "child", "CHD", id="role first, relation in the alternate"),
        pytest.param("MOTHER", "parent", None, id="a word"),
        pytest.param("^ Son", "child", None, id="a word in the text"),
        pytest.param("SO", None, None, id="SO: son, or significant other"),
        pytest.param("20", None, None, id="a local number"),
        pytest.param("UNK", None, None, id="unknown"),
        pytest.param("", None, None, id="absent"),
    ],
)
def test_relation(sent: str, relation: str | None, code: str | None) -> None:
    report = one(message(MSH, PID, nk1(f3=sent)))
    (kin,) = report.kin
    assert (kin.relation, kin.relation_code) == (relation, code)
    assert ("NK1(1)-3" in left(report)) is (relation is None)


@pytest.mark.parametrize(
    ("role", "relation", "emergency", "listed"),
    [
        pytest.param("C", "SPO", True, False, id="C emergency contact"),
        pytest.param("EP", "SPO", True, False, id="EP emergency contact person"),
        pytest.param("E", "SPO", False, False, id="E is the employer"),
        pytest.param("N", "SPO", False, True, id="N next of kin"),
        pytest.param("CP", "SPO", False, False, id="CP contact person"),
        pytest.param("EMERGENCY", "SPO", False, False, id="a word is not guessed"),
        pytest.param("", "EMC", True, False, id="EMC as relation"),
        pytest.param("", "NOK", False, True, id="NOK as relation"),
    ],
)
def test_contact_role(role: str, relation: str, emergency: bool, listed: bool) -> None:
    (kin,) = one(message(MSH, PID, nk1(f3=relation, f7=role))).kin
    assert (kin.emergency_contact, kin.listed) == (emergency, listed)


@pytest.mark.parametrize(
    ("segment", "why"),
    [
        pytest.param("NK1", "empty", id="bare"),
        pytest.param("NK1|1", "empty", id="counter only"),
        pytest.param("NK1|1||SPO", "no name", id="relation without a name"),
        pytest.param("NK1|1|^^^^^L", "no name", id="name type only"),
        pytest.param(nk1(f2="", f13="Leaf Infirmary"), "organisation", id="organisation"),
        pytest.param(nk1(f3="SEL"), "the patient", id="self"),
        pytest.param(nk1(f3="EMR"), "an employer", id="employer as relation"),
        pytest.param(nk1(f3="NON"), "nobody", id="none"),
        pytest.param(nk1(f3="", f7="I"), "insurance company", id="role of an office, no relation"),
        pytest.param(nk1(f9="20260101"), "ended", id="ended before the message"),
        pytest.param('NK1||^^^^^|""|""^^""^""', "no name", id="nulls"),
    ],
)
def test_left_with_reason(segment: str, why: str) -> None:
    report = one(message(MSH, PID, segment))
    assert report.kin == ()
    assert why in left(report)["NK1(1)"]


@pytest.mark.parametrize("end", ["2026", "20260302", "20300101"])
def test_an_end_that_has_not_certainly_passed_keeps_the_person_with_a_note(end: str) -> None:
    report = one(message(MSH, PID, nk1(f9=end)))
    assert len(report.kin) == 1
    assert any(note.field == "NK1(1)-9" for note in report.notes)


def test_an_organisation_beside_a_person_keeps_the_person() -> None:
    report = one(message(MSH, PID, nk1(f13="Leaf Infirmary")))
    assert len(report.kin) == 1
    assert "beside" in left(report)["NK1(1)-13"]


def test_set_id_is_a_counter_and_labels_go_by_place() -> None:
    report = one(message(MSH, PID, nk1(f1="2", f3="MTH"), nk1(f1="1", f3="CHD"), nk1(f1="1", f3="SPO")))
    assert [(kin.field, kin.counter) for kin in report.kin] == [
        ("NK1(1)", "2"),
        ("NK1(2)", "1"),
        ("NK1(3)", "1"),
    ]


def test_no_text_of_the_report_repeats_a_name_or_number() -> None:
    segment = "NK1|9134|Quillfeather^Zebedee|Quillfeather of Zebedee||9134555|9134555|Zebedee||30|Z|"
    report = one(message(MSH, PID, segment, nk1(f2="Quillfeather^Zebedee", f3="SEL")))
    texts = [
        *(f"{each.field} {each.kind}" for each in report.taken),
        *(f"{each.field} {each.why}" for each in report.left),
        *(f"{each.field} {each.what}" for each in report.notes),
        *report.deletes,
    ]
    assert texts
    assert not [text for text in texts if "Quill" in text or "Zebedee" in text or "9134" in text]


@pytest.mark.parametrize(("sent", "protected"), [("Y", True), ("N", False), ("", None), ("yes", None)])
def test_a_protection_indicator_is_kept_and_said(sent: str, protected: bool | None) -> None:
    report = one(message(MSH, PID, nk1(f23=sent)))
    assert [kin.protected for kin in report.kin] == [protected]
    assert any(note.field == "NK1(1)-23" for note in report.notes) is (protected is True)


@pytest.mark.parametrize(("start", "kept"), [("2030", False), ("2026", True), ("20260303", False), ("2019", True)])
def test_a_relation_that_has_certainly_not_begun_is_left(start: str, kept: bool) -> None:
    report = one(message(MSH, PID, nk1(f8=start)))
    assert bool(report.kin) is kept
    assert ("not begun" in left(report).get("NK1(1)", "")) is not kept
    assert kept or not [each for each in report.taken if each.field.startswith("NK1(1)-")]
