"""A message from another system, brought into the record: an unverified case, people, kin, and an account.

A message never pronounces, identifies or orders anybody (R03, R10, trap 10): the most it does is to open a case
whose first task is to identify the casualty. Each message is one transaction. The same message again changes
nothing; another one under the same control id is a conflict and changes nothing either.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import Q

from kinfirst.core.commands import OpenCase
from kinfirst.core.errors import BadInput
from kinfirst.core.roles import ROLES
from kinfirst.interop.hl7v2 import AdtReport, Kin, LeftMessage, Outcome, Rejected
from kinfirst.people import identifiers, registry, roll
from kinfirst.people import models as people
from kinfirst.people.identifiers import Identifier
from kinfirst.people.registry import NewPerson
from kinfirst.people.roll import Known
from kinfirst.records import intake_kept, models, policies, store
from kinfirst.records.actions import NO_ALIAS, Given, perform
from kinfirst.records.errors import clear_errors
from kinfirst.records.intake_findings import Account, Stopped, Told
from kinfirst.records.intake_kept import Entered, Said
from kinfirst.records.intake_kin import KinIntake
from kinfirst.records.intake_numbers import usable
from kinfirst.records.intake_words import best_name, full_date

OPENERS = ROLES["open_case"]
NOT_PRODUCTION = {"T": "a training message", "D": "a debugging message"}
# Stages in which nobody has been sent to kin yet: only then may a message change what the registry knows.
UNTOLD = ("opened", "pronounced", "identified")
UNVERIFIED = "unverified: a person must identify the casualty and, if dead, pronounce"


def opener(realm: str, who: str, *, now: datetime) -> Given:
    """Who brings messages in, by a person's id or a username of this realm.

    Raises KinfirstError for somebody unknown or without a role that opens cases, and for a realm that has no
    policy yet.
    """
    with clear_errors():
        found = people.Person.objects.filter(realm_id=realm)
        row = found.filter(id=who).first() or found.filter(user__username=who, user__is_active=True).first()
        if row is None:
            raise BadInput(f"by: neither a username nor a person's id of realm {realm}")
        if not set(row.roles) & set(OPENERS):
            raise BadInput(f"by: opening a case takes one of the roles {', '.join(OPENERS)}")
        policies.realm_policy(realm)
    return Given(realm=realm, by=row.id, now=now)


def take(outcome: Outcome, *, given: Given) -> Told:
    """Brings one message of a file into the record, or says why not; all of it or nothing.

    Raises KinfirstError only when the record itself cannot be written; what is wrong with the message is told.
    """
    if isinstance(outcome, AdtReport):
        return _take_report(outcome, given)
    where = outcome.where
    if isinstance(outcome, LeftMessage):
        return Told(message=where.message, line=where.line, kind=outcome.kind, did="left", what=outcome.why)
    return Told(message=where.message, line=where.line, kind="", did="rejected", what=_rejection(outcome))


def _rejection(wrong: Rejected) -> str:
    place = wrong.where.field or wrong.where.segment
    return f"{f'{place}: ' if place else ''}{wrong.what}; {wrong.right}"


def _take_report(report: AdtReport, given: Given) -> Told:
    account = Account(report)
    if given.realm == people.LIVE and report.processing in NOT_PRODUCTION:
        what = f"{NOT_PRODUCTION[report.processing]} (MSH-11): never in the live realm (R68)"
        return account.untouched("left", what)
    try:
        with clear_errors(), transaction.atomic():
            store.hold_realm(given.realm)
            return _Intake(account, given).run()
    except Stopped as wrong:
        return account.untouched(wrong.did, wrong.what)
    except BadInput as wrong:
        return account.untouched("rejected", str(wrong))


class _Intake:
    """One ADT message inside its transaction."""

    def __init__(self, account: Account, given: Given) -> None:
        self.account = account
        self.report = account.report
        self.given = given
        self.aside: list[Kin] = []
        self.other_names = list(account.report.patient.names)

    def run(self) -> Told:
        """Everything that follows from the message. Raises Stopped or BadInput: the caller rolls back."""
        seen = self._seen()
        if seen is not None:
            return seen
        numbers = usable(self.report, self.account)
        nameless = self.report.patient.identity_unknown is True
        person = None if nameless else self._known(numbers)
        case = self._case(person, numbers)
        if not self.report.says_dead and (case is None or _over(case)):
            return self.account.untouched("left", "says nothing of a death, and no case is open for this patient")
        if case is None or case.stage in UNTOLD:
            person = None if nameless else self._person(person, numbers)
            self._kin(person)
        else:
            self._set_aside("the kin of this case are settled or being told: a casualty officer adds to them")
        return self._brought(case, person, numbers)

    def _seen(self) -> Told | None:
        wanted = intake_kept.marks(self.report)
        row = intake_kept.find(self.given.realm, wanted)
        if row is None:
            return None
        if not intake_kept.same_lines(row, wanted):
            raise Stopped("conflict", "another message came under this control id (MSH-10) before: nothing is changed")
        told = self.account.untouched("seen", "nothing is changed")
        return msgspec.structs.replace(told, case=row.case_id, alias=_alias(row.case_id))

    def _known(self, numbers: tuple[Identifier, ...]) -> str | None:
        """Whom the numbers are of. Two people, or one born on another day or of another sex: a person decides."""
        found = sorted({who for who in identifiers.find_by(self.given.realm, numbers) if who is not None})
        if len(found) > 1:
            raise Stopped("conflict", "PID-3: the numbers are of different people on record (R64)")
        if not found:
            return None
        differs = roll.differences(self.given.realm, found[0], self._said_of_patient())
        for field, column in (("PID-7", "born"), ("PID-8", "sex")):
            if column in differs:
                raise Stopped("conflict", f"{field}: not that of the person on record who has this number (R64)")
        if "name" in differs:
            self.account.note("PID-5", "not the name on record, which stays: a person must ask")
        return found[0]

    def _said_of_patient(self) -> Known:
        patient = self.report.patient
        found = best_name(patient.names)
        born = patient.born.on if patient.born is not None else None
        return Known(name=found[1] if found else None, born=born, sex=patient.sex)

    def _case(self, person: str | None, numbers: tuple[Identifier, ...]) -> models.Case | None:
        """The case of this patient: an open one before a closed one before a retracted one."""
        rows = models.Case.objects.filter(realm=self.given.realm, kind="case")
        of_numbers = intake_kept.cases_of_patient(self.given.realm, numbers)
        wanted = Q(id__in=of_numbers) | Q(casualty=person) if person else Q(id__in=of_numbers)
        return rows.filter(wanted).order_by("retracted", "closed", "-opened_at", "id").first()

    def _person(self, known: str | None, numbers: tuple[Identifier, ...]) -> str | None:
        """The patient in the registry; None when there is neither a number on record nor a name."""
        patient, realm = self.report.patient, self.given.realm
        found = best_name(patient.names)
        born = full_date(patient.born, "PID-7", today=self.given.now.date(), account=self.account)
        if known is None and found is None:
            self.account.leave("PID-5", "no name that can be kept: the casualty stays unknown")
            return None
        who = known
        if who is None and found is not None:
            self.other_names.pop(found[0])
            who = registry.add_person(realm, NewPerson(name=found[1], born=born, sex=patient.sex))
        if who is None:
            return None
        roll.complete(realm, who, Known(born=born, sex=patient.sex))
        for number in numbers:
            identifiers.add_identifier(realm, who, number)
        if self.other_names:
            self.account.note("PID-5", f"{len(self.other_names)} more kept with the report, not in the registry")
        if not numbers:
            self.account.note("PID-3", "no number that is one person's: the next message will open another case")
        return who

    def _kin(self, person: str | None) -> None:
        if person is None:
            self._set_aside("nobody knows whose kin these are: the casualty is unknown")
            return
        kin = KinIntake(self.given.realm, person, now=self.given.now, account=self.account)
        kin.take_all(self.report.kin)
        self.aside += kin.aside

    def _set_aside(self, why: str) -> None:
        for kin in self.report.kin:
            self.account.leave_all(kin.field, why)
            self.aside.append(kin)

    def _brought(self, case: models.Case | None, person: str | None, numbers: tuple[Identifier, ...]) -> Told:
        if case is None:
            id, what = self._open(person), UNVERIFIED
        else:
            id, what = case.id, UNVERIFIED
            self._contradictions(case, person)
        entered = Entered(realm=self.given.realm, case=id, at=self.given.now, by=self.given.by)
        intake_kept.keep(entered, self.account, said=self._said(numbers))
        return self.account.told("opened" if case is None else "added", what, case=id, alias=_alias(id))

    def _open(self, person: str | None) -> str:
        do = OpenCase(casualty=person, alias=NO_ALIAS, received=self.given.now)
        outcome = perform(do, given=self.given)
        if outcome.refusal is not None or outcome.case is None:
            reasons = outcome.refusal.reasons if outcome.refusal is not None else ()
            raise Stopped("refused", " ".join(f"{reason.rule}: {reason.text}" for reason in reasons))
        return outcome.case

    def _contradictions(self, case: models.Case, person: str | None) -> None:
        """What the message says that this case does not bear out."""
        dead = self.report.says_dead
        if self.report.death.indicator is False and not case.retracted:
            self.account.conflict("PID-30", what="not dead, yet there is a case of this patient", rule="R46")
        if dead and case.retracted:
            self.account.conflict("PID-30", what="dead, yet this death was retracted: nothing is opened", rule="R45")
        if person is not None and case.casualty and case.casualty != person:
            self.account.conflict("PID-3", what="the casualty was since identified as somebody else", rule="R10")
        if person is not None and not case.casualty:
            self.account.note("PID-5", "the casualty is still unknown on the case: identify them")

    def _said(self, numbers: tuple[Identifier, ...]) -> Said:
        report = self.report
        return Said(
            trigger=report.trigger,
            control_id=report.control_id,
            application=report.application,
            facility=report.facility,
            sent_at=report.sent_at,
            death=report.death,
            visit=report.visit,
            identity_unknown=report.patient.identity_unknown,
            reliability=report.patient.reliability,
            number=numbers[0] if numbers else None,
            other_names=tuple(self.other_names),
            aside=tuple(self.aside),
        )


def _over(case: models.Case) -> bool:
    return bool(case.closed or case.retracted)


def _alias(case: str) -> str:
    return models.Case.objects.filter(id=case).values_list("alias", flat=True).first() or ""
