"""What one ADT gives: header, patient, death, visit. Nothing is inferred or corrected."""

from __future__ import annotations

import pytest

from kinfirst.interop.hl7v2 import Identifier, Rejected, read
from tests.interop.hl7v2.messages import MSH, PID, message, nk1, pid, pv1, with_fields
from tests.interop.hl7v2.reading import left, one

PDA = (
    "PDA|I46.9^Cardiac arrest^I10|BAY^1^2|Y|202603021500+0900|77^Haruno^Sakura^^^Dr|N"
    "|202603021600^202603021700|78^Orr^Ito|Y"
)


def test_header() -> None:
    report = one(message(MSH, PID))
    assert (report.trigger, report.control_id, report.sender) == ("A03", "C-1", "BEDSIDE/LEAF")
    assert (report.version, report.processing, len(report.digest)) == ("2.5", "P", 64)
    assert report.sent_at is not None
    assert report.sent_at.precision == "second"


@pytest.mark.parametrize(
    ("header", "evn", "trigger"),
    [
        pytest.param(MSH, "EVN|A01", "A03", id="MSH-9.2 before EVN-1"),
        pytest.param(with_fields(MSH, f9="ADT"), "EVN|A08", "A08", id="EVN-1 when MSH-9 has none"),
    ],
)
def test_trigger(header: str, evn: str, trigger: str) -> None:
    assert one(message(header, evn, PID)).trigger == trigger


@pytest.mark.parametrize(
    ("segments", "field", "what"),
    [
        pytest.param((MSH,), "PID", "no PID", id="header only"),
        pytest.param((MSH, PID, PID), "PID", "more than one PID", id="two patients"),
        pytest.param((MSH, "PID|1||||||M"), "PID", "neither", id="nobody in the PID"),
        pytest.param((with_fields(MSH, f9="ADT^"), PID), "MSH-9.2", "no trigger", id="no trigger at all"),
        pytest.param((with_fields(MSH, f9="ADT^ADMIT"), PID), "MSH-9.2", "no trigger", id="a word as trigger"),
        pytest.param((with_fields(MSH, f9=""), PID), "MSH-9", "no message type", id="no type"),
        pytest.param((with_fields(MSH, f9="{}"), PID), "MSH-9", "no message type", id="placeholder type"),
        pytest.param((with_fields(MSH, f10="%s"), PID), "MSH-10", "placeholder", id="placeholder control id"),
        pytest.param((MSH, PID, *["NK1|1|Orr^Ana"] * 501), "NK1", "more than 500", id="501 kin"),
    ],
)
def test_rejected(segments: tuple[str, ...], field: str, what: str) -> None:
    (outcome,) = read(message(*segments)).outcomes
    assert isinstance(outcome, Rejected)
    assert outcome.where.field == field
    assert what in outcome.what
    assert outcome.right


def test_without_control_id_the_digest_stands_in() -> None:
    report = one(message(with_fields(MSH, f10=""), PID))
    assert report.control_id is None
    assert "digest" in left(report)["MSH-10"]


def test_a_training_message_is_noted() -> None:
    report = one(message(with_fields(MSH, f11="T"), PID))
    assert any("training" in note.what for note in report.notes)


def test_identifiers_of_all_fields_each_once() -> None:
    patient = one(
        message(MSH, pid(f2="4711^^^LEAF", f3="4711^^^LEAF^MR~88^^^^SS", f4="A9", f18="V1", f19="88"))
    ).patient
    assert patient.identifiers == (
        Identifier(value="4711", source="PID-3", kind="MR", authority="LEAF"),
        Identifier(value="88", source="PID-3", kind="SS"),
        Identifier(value="A9", source="PID-4"),
        Identifier(value="V1", source="PID-18", kind="AN"),
    )


@pytest.mark.parametrize(
    ("sent", "sex", "field_left"),
    [
        pytest.param("M", "male", False, id="M"),
        pytest.param("F", "female", False, id="F"),
        pytest.param("O", "other", False, id="O"),
        pytest.param("A", "other", False, id="A ambiguous"),
        pytest.param("U", None, True, id="U"),
        pytest.param("Female", "female", False, id="a word"),
        pytest.param("1", None, True, id="a number"),
        pytest.param("", None, False, id="absent"),
    ],
)
def test_sex(sent: str, sex: str | None, field_left: bool) -> None:
    report = one(message(MSH, pid(f8=sent)))
    assert report.patient.sex == sex
    assert ("PID-8" in left(report)) is field_left


@pytest.mark.parametrize(
    ("sent", "value", "why"),
    [
        pytest.param("Y", True, None, id="Y"),
        pytest.param("N", False, None, id="N"),
        pytest.param("Y ", True, None, id="padded"),
        pytest.param("", None, None, id="absent"),
        pytest.param("NO ", None, "'NO'", id="NO is not N"),
        pytest.param("DECEASED", None, "'DECEASED'", id="DECEASED is not Y"),
        pytest.param("y", None, "'y'", id="lower case"),
        pytest.param("Orr", None, "a text of 3 characters", id="never repeated when it may be a name"),
    ],
)
def test_death_indicator_is_not_guessed(sent: str, value: bool | None, why: str | None) -> None:
    report = one(message(MSH, pid(f30=sent)))
    assert report.death.indicator is value
    assert (why or "") in left(report).get("PID-30", "")
    assert ("PID-30" in left(report)) is (why is not None)


def test_a_time_of_death_does_not_make_an_indicator() -> None:
    report = one(message(MSH, pid(f29="202603")))
    assert report.death.indicator is None
    assert report.death.time is not None
    assert (report.death.time.text, report.death.time.precision) == ("202603", "month")
    assert report.says_dead


@pytest.mark.parametrize("wrong", ["20260231", "20260000", "yesterday", "202603022400"])
def test_an_impossible_time_of_death_is_left_and_the_rest_read(wrong: str) -> None:
    report = one(message(MSH, pid(f29=wrong, f30="Y")))
    assert report.death.time is None
    assert report.death.indicator is True
    assert wrong not in left(report)["PID-29"]


def test_null_asks_for_deletion_and_absence_says_nothing() -> None:
    report = one(message(MSH, pid(f29='""', f30='""', f5='Orr^Ray^""'), 'NK1|1|Orr^Ana|""'))
    assert report.deletes == ("PID-29", "PID-30", "PID-5.3", "NK1(1)-3")
    assert not report.says_dead
    assert one(message(MSH, PID)).deletes == ()


def test_identity_unknown_and_reliability() -> None:
    report = one(message(MSH, pid(f31="Y", f32="AL~UD~XX")))
    assert report.patient.identity_unknown is True
    assert report.patient.reliability == ("AL", "UD")
    assert "0445" in left(report)["PID-32"]


def test_pda() -> None:
    death = one(message(MSH, PID, PDA)).death
    assert [(cause.code, cause.system) for cause in death.causes] == [("I46.9", "I10")]
    assert (death.location, death.certified, death.autopsy, death.coroner) == ("BAY, 1, 2", True, False, True)
    assert death.certified_by is not None
    assert (death.certified_by.family, death.certified_by.given) == ("Haruno", "Sakura")
    assert death.autopsy_by is not None
    assert [moment.text for moment in (death.signed, death.autopsy_from, death.autopsy_to) if moment] == [
        "202603021500+0900",
        "202603021600",
        "202603021700",
    ]


@pytest.mark.parametrize(
    ("code", "expired"),
    [("20", True), ("40", True), ("41", True), ("42", True), ("07", False), ("01", False), ("Z9", False)],
)
def test_disposition(code: str, expired: bool) -> None:
    visit = one(message(MSH, PID, pv1(f36=code, f44="20260301", f45="202603021437"))).visit
    assert (visit.disposition, visit.expired) == (code, expired)
    assert visit.admitted is not None
    assert visit.discharged is not None


@pytest.mark.parametrize(
    ("segments", "fields", "rule"),
    [
        pytest.param((pid(f30="Y"), pv1(f36="07")), ("PV1-36", "PID-30"), "R49", id="left against advice, and dead"),
        pytest.param((pid(f29="2026"), pv1(f36="01")), ("PV1-36", "PID-29"), "R49", id="discharged home, and dead"),
        pytest.param((pid(f30="N"), pv1(f36="20")), ("PID-30", "PV1-36"), "R49", id="expired, and not dead"),
        pytest.param((pid(f30="N", f29="20260302"),), ("PID-30", "PID-29"), None, id="time, and not dead"),
        pytest.param((pid(f30="N"), PDA), ("PID-30", "PDA"), None, id="certificate, and not dead"),
        pytest.param((pid(f29="20260401"),), ("PID-29", "MSH-7"), None, id="after the message"),
        pytest.param((pid(f29="1990"),), ("PID-29", "PID-7"), None, id="before birth"),
        pytest.param((pid(f29="20260201"), pv1(f44="20260301")), ("PID-29", "PV1-44"), None, id="before admission"),
    ],
)
def test_conflicts_are_put_down_and_nothing_dropped(
    segments: tuple[str, ...], fields: tuple[str, ...], rule: str | None
) -> None:
    report = one(message(MSH, *segments))
    assert [(each.fields, each.rule) for each in report.conflicts] == [(fields, rule)]


def test_a_quiet_message_has_no_conflict() -> None:
    assert one(message(MSH, pid(f29="202603021437+0900", f30="Y"), pv1(f36="20"), PDA)).conflicts == ()


def test_every_filled_field_is_taken_left_or_deleted() -> None:
    report = one(
        message(MSH, "EVN|A03|20260302", pid(f11="1 Mill Lane", f29='""'), pv1(f36="20"), nk1(f30="x"), "MRG|9")
    )
    said = {each.field for each in (*report.taken, *report.left)} | set(report.deletes)
    assert {"PID-3", "PID-5", "PID-7", "PID-8", "PID-11", "PID-29", "PV1-1", "PV1-2", "PV1-36"} <= said
    assert {"EVN-2", "MSH-5", "MSH-6", "MSH-7", "NK1(1)-2", "NK1(1)-3", "NK1(1)-30", "MRG"} <= said
    assert "R64" in left(report)["MRG"]


@pytest.mark.parametrize(
    ("trigger", "segments", "fields"),
    [
        pytest.param("A13", (pid(f30="Y"),), ("MSH-9", "PID-30"), id="cancels a discharge"),
        pytest.param("A11", (pid(f29="2026"),), ("MSH-9", "PID-29"), id="cancels an admission"),
        pytest.param("A13", (PID, pv1(f36="20")), ("MSH-9", "PV1-36"), id="cancels a discharge as expired"),
        pytest.param("A13", (PID,), None, id="cancels, and says nothing of a death"),
        pytest.param("A03", (pid(f30="Y"),), None, id="cancels nothing"),
    ],
)
def test_a_death_beside_a_withdrawal(trigger: str, segments: tuple[str, ...], fields: tuple[str, ...] | None) -> None:
    conflicts = one(message(MSH.replace("A03", trigger), *segments)).conflicts
    assert [each.fields for each in conflicts] == ([fields] if fields else [])


def test_a_sender_known_by_its_universal_id() -> None:
    report = one(message(with_fields(MSH, f3="^1.2.3^ISO", f4=""), PID))
    assert (report.application, report.facility, report.sender) == ("1.2.3", None, "1.2.3")


def test_the_digest_is_of_the_lines_however_they_end() -> None:
    assert len({one(message(MSH, PID, end=end)).digest for end in ("\r", "\n", "\r\n")}) == 1
    assert one(message(MSH, PID)).digest != one(message(MSH, pid(f30="N"))).digest
