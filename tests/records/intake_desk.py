"""What the tests of the intake share: a desk that brings messages in, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime

from kinfirst.interop.hl7v2 import read
from kinfirst.people import models, registry
from kinfirst.people.registry import NewPerson
from kinfirst.policies.load import edition_for
from kinfirst.records import intake_kept, policies
from kinfirst.records import models as record
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.intake_batch import take_all
from kinfirst.records.intake_findings import Told
from tests.interop.hl7v2.messages import MSH, message, pid, with_fields

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DEAD = pid(f29="20260302143700+0900", f30="Y")
TABLES = (
    models.Person,
    models.Kin,
    models.Contact,
    models.Identifier,
    record.Case,
    record.Entry,
    record.Task,
    record.Intake,
    record.Answered,
)


def enter(realm: str) -> Given:
    officer = NewPerson(
        name="Cho Ito", roles=("casualty_officer", "clinician", "authority"), credentials=("pronounce",)
    )
    who = registry.add_person(realm, officer)
    edition = edition_for("us-hospital", NOW.date())
    policies.set_realm_policy(realm, policies.pin(edition.policy))
    return Given(realm=realm, by=who, now=NOW)


def bring(raw: bytes, desk: Given) -> list[Told]:
    """Every message of a file, in the order of the file."""
    outcomes, done = read(raw).outcomes, dict[int, Told]()
    take_all(outcomes, given=desk, done=done)
    assert sorted(done) == list(range(len(outcomes)))
    return [done[place] for place in sorted(done)]


def one(raw: bytes, desk: Given) -> Told:
    (told,) = bring(raw, desk)
    return told


def opened(raw: bytes, desk: Given) -> record.Case:
    told = one(raw, desk)
    assert told.did == "opened", told
    return record.Case.objects.get(id=told.case)


def counts() -> list[int]:
    return [table._default_manager.count() for table in TABLES]


def said(case: str) -> intake_kept.Said:
    found = intake_kept.for_case(case)[-1].said
    assert found is not None
    return found


def left(told: Told) -> dict[str, str]:
    return {each.field: each.why for each in told.left}


def kin_of(who: str) -> dict[str, models.Kin]:
    """The lines about kin, by name."""
    rows = list(models.Kin.objects.filter(of_id=who))
    names = registry.names(row.person_id for row in rows)
    return {f"{names[row.person_id]} {row.relation}": row for row in rows}


def again(segment: str, control: str) -> bytes:
    return message(with_fields(MSH, f10=control), segment)


def retract(case: str, desk: Given) -> None:
    """Somebody pronounces, and then the person is found alive."""
    second = registry.add_person("live", NewPerson(name="Hiro Tanabe", roles=("authority",)))
    said = {"mode": "present", "witness": second, "identifiers": ["wristband", "mrn"], "when": NOW}
    for name, args in (("pronounce", said), ("retract", {"kind": "alive", "second": second})):
        done = perform_named(name, args, given=desk, case=case)
        assert done.refusal is None, done.refusal


def draw(case: record.Case, desk: Given) -> None:
    other = registry.add_person("live", NewPerson(name="Hiro Tanabe", roles=("clinician",)))
    seen = {"as": case.casualty, "evidence": "band", "second": other}
    steps = {
        "pronounce": {"mode": "present", "witness": other, "identifiers": ["wristband", "mrn"], "when": NOW},
        "identify": {**seen, "method": "wristband"},
        "confirm_roll": {"note": "asked"},
        "draw_chain": {},
    }
    for name, args in steps.items():
        done = perform_named(name, args, given=desk, case=case.id)
        assert done.refusal is None, (name, done.refusal)
        if name == "identify":
            more = {**seen, "method": "service_number", "second": desk.by}
            given = Given(realm=desk.realm, by=other, now=desk.now)
            assert perform_named(name, more, given=given, case=case.id).refusal is None
