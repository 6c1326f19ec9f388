"""A message brought into the record: an unverified case and what was said of people, or nothing at all."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings

from kinfirst.core.errors import BadInput
from kinfirst.people import identifiers, models, registry
from kinfirst.people.crypto import Key, Keyring
from kinfirst.people.identifiers import Identifier
from kinfirst.people.registry import NewPerson
from kinfirst.records import intake_kept, queries
from kinfirst.records import models as record
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.intake_findings import Stopped
from kinfirst.records.rekeying import rekey
from kinfirst.records.verify import verify
from tests.interop.hl7v2.messages import MSH, PID, message, nk1, pid, pv1, with_fields
from tests.records.intake_desk import DEAD, NOW, again, bring, counts, draw, enter, left, one, opened, retract, said


@pytest.fixture
def desk(db: None) -> Given:
    """A casualty officer of the live realm, who also pronounces and decides, under the hospital's policy."""
    return enter("live")


def test_a_death_opens_a_case_that_nobody_has_verified(desk: Given) -> None:
    case = opened(message(MSH, DEAD, nk1()), desk)
    state = queries.case_state(case.id)
    assert (case.stage, case.state, case.level, state.received) == ("opened", "unknown", 0, NOW)
    assert state.death.pronounced_at is None
    assert state.chain is None
    assert "identify" in {task.name for task in queries.case_tasks(case.id)}
    person = models.Person.objects.get(id=case.casualty)
    assert (person.born, person.died, person.sex) == (date(1996, 4, 1), None, "male")
    assert registry.names((person.id,)) == {person.id: "Raymond Lee Orr"}
    assert identifiers.identifiers(person.id) == (Identifier(kind="MR", authority="LEAF", value="4711"),)
    assert not any("orr" in text.casefold() for text in (case.alias, *_entries()))
    assert verify().ok


def _entries() -> list[str]:
    return list(record.Entry.objects.values_list("data", flat=True))


@pytest.mark.parametrize(
    ("sent", "precision"),
    [
        ("2026", "year"),
        ("202603", "month"),
        ("20260302", "day"),
        ("2026030214", "hour"),
        ("202603021437", "minute"),
        ("20260302143700", "second"),
        ("20260302143700.25", "fraction"),
        ("202603021437+0900", "minute"),
    ],
)
def test_a_time_of_death_is_kept_as_it_was_written(desk: Given, sent: str, precision: str) -> None:
    case = opened(message(MSH, pid(f29=sent)), desk)
    time = said(case.id).death.time
    assert time is not None
    assert (time.text, time.precision) == (sent, precision)
    assert (case.stage, case.state) == ("opened", "unknown")
    assert models.Person.objects.get(id=case.casualty).died is None


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param((pid(f30="Y"),), id="indicator"),
        pytest.param((PID, pv1(f36="20")), id="discharged as expired"),
        pytest.param((PID, pv1(f36="41")), id="expired in a hospice"),
        pytest.param((PID, "PDA|I46.9^Cardiac arrest^I10"), id="certificate"),
        pytest.param((pid(f29="20260302", f30="N"),), id="a time, though denied"),
    ],
)
def test_whatever_says_or_implies_a_death_opens_a_case(desk: Given, segments: tuple[str, ...]) -> None:
    assert opened(message(MSH, *segments), desk).state == "unknown"


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(PID, id="nothing"),
        pytest.param(pid(f30="N"), id="not dead"),
        pytest.param(pid(f29='""', f30='""'), id="null"),
        pytest.param(pid(f30="DECEASED"), id="no code"),
        pytest.param(pid(f29="20261345"), id="no time"),
    ],
)
def test_what_says_nothing_of_a_death_writes_nothing(desk: Given, segment: str) -> None:
    before = counts()
    assert one(message(MSH, segment, nk1()), desk).did == "left"
    assert counts() == before


def test_dead_and_discharged_home_is_a_conflict_for_a_person(desk: Given) -> None:
    told = one(message(MSH, DEAD, pv1(f36="01")), desk)
    assert (told.did, told.needs_somebody) == ("opened", True)
    assert [each.rule for each in told.conflicts] == ["R49"]
    (kept,) = intake_kept.for_case(told.case or "")
    assert kept.findings.conflicts == told.conflicts


def test_a_death_in_a_message_that_takes_back_is_a_conflict(desk: Given) -> None:
    told = one(message(MSH.replace("A03", "A13"), DEAD), desk)
    assert told.did == "opened"
    assert ("MSH-9", "PID-30") in [each.fields for each in told.conflicts]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(message(MSH, DEAD, nk1()), id="the same bytes"),
        pytest.param(message(MSH, DEAD, nk1(), end="\r\n"), id="CRLF"),
        pytest.param(message(MSH, DEAD, nk1(), end="\n"), id="LF"),
        pytest.param(b"\xef\xbb\xbf" + message(MSH, DEAD, nk1()), id="byte-order mark"),
        pytest.param(b"\x0b" + message(MSH, DEAD, nk1()) + b"\x1c\r", id="MLLP"),
        pytest.param(message("BHS|^~\\&", MSH, DEAD, nk1(), "BTS|1"), id="in a batch"),
    ],
)
def test_the_same_message_again_changes_nothing(desk: Given, raw: bytes) -> None:
    case = opened(message(MSH, DEAD, nk1()), desk)
    before = counts()
    told = one(raw, desk)
    assert (told.did, told.case, told.needs_somebody) == ("seen", case.id, False)
    assert counts() == before
    assert bytes(record.Case.objects.get(id=case.id).head) == bytes(case.head)


def test_the_same_control_id_with_other_bytes_changes_nothing(desk: Given) -> None:
    opened(message(MSH, DEAD), desk)
    before = counts()
    told = one(message(MSH, with_fields(DEAD, f5="Ash^Ito")), desk)
    assert (told.did, told.needs_somebody) == ("conflict", True)
    assert counts() == before


def test_a_control_id_is_its_senders_own(desk: Given) -> None:
    case = opened(message(MSH, DEAD), desk)
    told = one(message(MSH.replace("BEDSIDE", "WARD"), DEAD), desk)
    assert (told.did, told.case) == ("added", case.id)


def test_without_a_control_id_the_lines_tell_a_repeat(desk: Given) -> None:
    header = with_fields(MSH, f10="")
    case = opened(message(header, DEAD), desk)
    assert one(message(header, DEAD, end="\n"), desk).did == "seen"
    told = one(message(header, DEAD, pv1(f36="20")), desk)
    assert (told.did, told.case) == ("added", case.id)


def test_somebody_on_record_is_found_by_number_and_never_overwritten(desk: Given) -> None:
    who = registry.add_person("live", NewPerson(name="Ray Orr"))
    identifiers.add_identifier("live", who, Identifier(kind="MR", authority="LEAF", value="4711"))
    told = one(message(MSH, DEAD), desk)
    case = record.Case.objects.get(id=told.case)
    assert case.casualty == who
    assert registry.names((who,)) == {who: "Ray Orr"}
    assert models.Person.objects.get(id=who).born == date(1996, 4, 1)
    assert any(note.field == "PID-5" and "name on record" in note.what for note in told.notes)


@pytest.mark.parametrize(
    ("field", "born", "sex"),
    [
        pytest.param("PID-7", date(1940, 1, 1), None, id="born on another day"),
        pytest.param("PID-8", None, "female", id="of another sex"),
    ],
)
def test_a_number_of_somebody_who_cannot_be_meant_is_for_a_person(
    desk: Given, field: str, born: date | None, sex: str | None
) -> None:
    who = registry.add_person("live", NewPerson(name="Raymond Orr", born=born, sex=sex))
    identifiers.add_identifier("live", who, Identifier(kind="MR", authority="LEAF", value="4711"))
    before = counts()
    told = one(message(MSH, DEAD), desk)
    assert (told.did, field in told.what) == ("conflict", True)
    assert counts() == before


def test_numbers_of_two_people_are_for_a_person(desk: Given) -> None:
    for number in ("4711", "4712"):
        who = registry.add_person("live", NewPerson(name="Raymond Orr"))
        identifiers.add_identifier("live", who, Identifier(kind="MR", authority="LEAF", value=number))
    before = counts()
    told = one(message(MSH, with_fields(DEAD, f3="4711^^^LEAF^MR~4712^^^LEAF^MR")), desk)
    assert told.did == "conflict"
    assert counts() == before


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("77^^^LEAF^VN", id="a visit"),
        pytest.param("77^^^LEAF^AN", id="an account"),
        pytest.param("0000000000^^^LEAF^MR", id="a filler of zeros"),
        pytest.param("123-45-6789^^^SSA^SS", id="a filler counted through"),
    ],
)
def test_numbers_that_are_not_one_persons_bring_nobody_together(desk: Given, number: str) -> None:
    first = opened(again(with_fields(DEAD, f3=number), "1"), desk)
    second = opened(again(with_fields(DEAD, f3=number, f5="Ash^Ito"), "2"), desk)
    assert first.casualty != second.casualty
    assert not models.Identifier.objects.exists()


def test_the_same_number_of_two_senders_is_two_people(desk: Given) -> None:
    bare = with_fields(DEAD, f3="4711")
    opened(message(MSH, bare), desk)
    opened(message(MSH.replace("LEAF", "ROOT"), bare), desk)
    assert models.Identifier.objects.count() == 2


@pytest.mark.parametrize("born", ["1996", "199604", "20990101", "17990101"])
def test_a_birth_date_is_taken_whole_or_not_at_all(desk: Given, born: str) -> None:
    told = one(message(MSH, with_fields(DEAD, f7=born)), desk)
    case = record.Case.objects.get(id=told.case)
    assert models.Person.objects.get(id=case.casualty).born is None
    assert "PID-7" in left(told)
    assert "PID-7" not in {each.field for each in told.taken}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("猫塚^健^^^^^L^I", "猫塚 健", id="ideographs: family first"),
        pytest.param("Орлова^Анна^Ивановна", "Анна Ивановна Орлова", id="Cyrillic"),
        pytest.param("حداد^ليلى", "ليلى حداد", id="Arabic"),
        pytest.param("Cat^^^^^^A~Orr^Ray^^Jr^Dr^^L", "Dr Ray Orr Jr", id="the legal name before an alias"),
        pytest.param("O\\T\\Neill^Una", "Una O&Neill", id="escaped"),
        pytest.param("^Sukarno", "Sukarno", id="one name"),
    ],
)
def test_names_of_every_script(desk: Given, sent: str, kept: str) -> None:
    case = opened(message(with_fields(MSH, f18="UNICODE UTF-8"), with_fields(DEAD, f5=sent)), desk)
    assert registry.names((case.casualty,)) == {case.casualty: kept}


def test_a_casualty_without_identity_stays_unknown_and_is_found_again(desk: Given) -> None:
    unknown = with_fields(DEAD, f5="Doe^John", f31="Y", f32="UD")
    told = one(message(MSH, unknown, nk1()), desk)
    case = record.Case.objects.get(id=told.case)
    assert (told.did, case.casualty) == ("opened", "")
    assert "NK1(1)" in left(told)
    assert [name.family for name in said(case.id).other_names] == ["Doe"]
    assert [each.relation for each in said(case.id).aside] == ["spouse"]
    assert models.Person.objects.count() == 1
    later = one(again(DEAD, "C-2"), desk)
    assert (later.did, later.case) == ("added", case.id)
    assert any("unknown on the case" in note.what for note in later.notes)


def test_a_patient_without_a_name_stays_unknown(desk: Given) -> None:
    assert opened(message(MSH, with_fields(DEAD, f5="")), desk).casualty == ""


def test_a_training_message_never_reaches_the_live_realm(desk: Given) -> None:
    raw = message(with_fields(MSH, f11="T"), DEAD)
    before = counts()
    assert one(raw, desk).did == "left"
    assert counts() == before
    assert opened(raw, enter("drill")).realm == "drill"


def test_nobody_brings_in_their_own_death(desk: Given) -> None:
    identifiers.add_identifier("live", desk.by, Identifier(kind="MR", authority="LEAF", value="4711"))
    before = counts()
    told = one(message(MSH, DEAD), desk)
    assert told.did == "refused"
    assert counts() == before


@pytest.mark.parametrize("wrong", [Stopped("conflict", "x"), BadInput("x")])
def test_what_fails_at_the_very_end_leaves_nothing_behind(
    desk: Given, wrong: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise wrong

    before = counts()
    monkeypatch.setattr(intake_kept, "keep", fail)
    first, second = bring(message(MSH, DEAD, nk1()) + again(PID, "2"), desk)
    assert (first.needs_somebody, second.did) == (True, "left")
    assert counts() == before


def test_a_denial_is_a_conflict_and_takes_nothing_back(desk: Given) -> None:
    case = opened(message(MSH, DEAD), desk)
    told = one(again(pid(f30="N"), "C-2"), desk)
    assert (told.did, [each.rule for each in told.conflicts]) == ("added", ["R46"])
    assert record.Case.objects.get(id=case.id).retracted is False


def test_a_retracted_death_is_not_opened_again(desk: Given) -> None:
    case = opened(message(MSH, DEAD), desk)
    retract(case.id, desk)
    told = one(again(DEAD, "C-2"), desk)
    assert (told.did, [each.rule for each in told.conflicts]) == ("added", ["R45"])
    assert record.Case.objects.filter(kind="case").count() == 1


def test_once_the_chain_is_drawn_a_message_changes_no_kin(desk: Given) -> None:
    case = opened(message(MSH, DEAD, nk1()), desk)
    draw(case, desk)
    before = counts()[:4]
    told = one(message(with_fields(MSH, f10="C-2"), DEAD, nk1(f2="Orr^Bea", f3="SIS")), desk)
    assert (told.did, "NK1(1)" in left(told)) == ("added", True)
    assert counts()[:4] == before
    aside = [each for kept in intake_kept.for_case(case.id) if kept.said for each in kept.said.aside]
    assert [name.given for each in aside for name in each.names] == ["Bea"]


def test_messages_find_their_case_in_any_order(desk: Given) -> None:
    """The second is known by the number that the third adds, and the third by the death that comes last."""
    alive = with_fields(DEAD, f29="", f30="")
    stray = again(with_fields(alive, f3="9^^^LEAF^PI"), "1")
    link = again(with_fields(alive, f3="4711^^^LEAF^MR~9^^^LEAF^PI"), "2")
    found = bring(stray + link + again(DEAD, "3"), desk)
    assert [told.did for told in found] == ["added", "added", "opened"]
    before = counts()
    assert [told.did for told in bring(stray + link + again(DEAD, "3"), desk)] == ["seen"] * 3
    assert counts() == before


def test_a_casualty_since_identified_as_another_is_a_conflict(desk: Given) -> None:
    case = opened(message(MSH, DEAD), desk)
    other = registry.add_person("live", NewPerson(name="Otto Buiten"))
    identify = {"as": other, "method": "fingerprint", "evidence": "prints"}
    assert perform_named("identify", identify, given=desk, case=case.id).refusal is None
    assert record.Case.objects.get(id=case.id).casualty == other
    told = one(again(DEAD, "C-2"), desk)
    assert (told.did, told.case, [each.rule for each in told.conflicts]) == ("added", case.id, ["R10"])
    assert record.Case.objects.filter(kind="case").count() == 1


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records_intake SET report = '{}'",
        "UPDATE records_intake SET by = 'nobody'",
        "DELETE FROM records_intake",
        "UPDATE people_identifier SET \"index\" = '0'",
    ],
)
def test_verify_finds_a_changed_report(desk: Given, damage: str) -> None:
    from django.db import connection

    opened(message(MSH, DEAD), desk)
    assert verify().ok
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert damage.split()[1 if damage.startswith("UPDATE") else 2] in {wrong.table for wrong in verify().wrong}


def test_what_was_said_can_be_erased_and_the_repeat_is_still_known(desk: Given) -> None:
    case = opened(message(MSH, DEAD), desk)
    assert (intake_kept.erase(case.id), intake_kept.erase(case.id)) == (1, 0)
    (kept,) = intake_kept.for_case(case.id)
    assert (kept.said, bool(kept.findings.taken)) == (None, True)
    assert one(message(MSH, DEAD), desk).did == "seen"
    assert verify().ok


def test_a_new_key_forgets_no_message_and_no_patient(desk: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = with_fields(DEAD, f31="Y")
    case = opened(message(MSH, unknown), desk)
    old: Keyring = settings.KINFIRST_KEYRING
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(Key.fresh(), *old.keys.values()))
    rekey(NOW, moved=lambda _: None)
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(settings.KINFIRST_KEYRING.current))
    assert one(message(MSH, unknown), desk).did == "seen"
    assert one(again(unknown, "C-2"), desk).case == case.id
    assert verify().ok
