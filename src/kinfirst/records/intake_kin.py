"""The people beside the patient, brought into the registry: who they are, in which relation, how to reach them.

The order in which a message lists them is never used (trap 10). Relations that have ended, or that nobody
stated, are left for a person to ask about; so is anybody who may or may not be the one on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from kinfirst.core.facts import KinRecord
from kinfirst.interop.hl7v2 import Kin, before
from kinfirst.people import registry, roll
from kinfirst.people.registry import NewPerson
from kinfirst.people.roll import Known
from kinfirst.records.intake_findings import Account
from kinfirst.records.intake_words import best_name, full_date, language, now_as_sent, ways

UNSTATED = "other"


class KinIntake:
    """The kin of one patient from one message. `aside` are those who were left, to be kept with the report."""

    def __init__(self, realm: str, patient: str, *, now: datetime, account: Account) -> None:
        self.realm = realm
        self.patient = patient
        self.now = now
        self.account = account
        self.aside: list[Kin] = []
        self._entered: set[str] = set()

    def take_all(self, everybody: Sequence[Kin]) -> None:
        """Brings them in, whatever their order: those with a relation first, so that a line which only says
        how somebody is to be used finds them.
        """
        for kin in sorted(everybody, key=lambda kin: (kin.relation is None, kin.relation or "")):
            self.take(kin)

    def take(self, kin: Kin) -> None:
        """Brings one of them in, or leaves them with the reason."""
        found = best_name(kin.names)
        why = self._unfit(kin) if found is not None else "no name that can be kept"
        if found is None or why is not None:
            self._leave(kin, why or "")
            return
        number, name = found
        if len(kin.names) > 1:
            self.account.note(f"{kin.field}-2", f"name {number + 1} of {len(kin.names)} is kept")
        known = Known(name=name, born=self._born(kin), sex=kin.sex, speaks=language(kin, self.account))
        who = self._person(kin, known)
        if who is None:
            return
        self._entered.add(who)
        relation = kin.relation or self._stated(who)
        if kin.relation is None and relation == UNSTATED:
            self.account.note(f"{kin.field}-3", "no relation said: on the list as 'other', a person must ask")
        self._write(kin, who, relation)

    def _unfit(self, kin: Kin) -> str | None:
        """Why somebody cannot be on the list now; None when they can."""
        if kin.end is not None and before(kin.end, now_as_sent(self.now)):
            return "the relation has ended (NK1-9)"
        if kin.start is not None and before(now_as_sent(self.now), kin.start):
            return "the relation has not begun (NK1-8)"
        if kin.relation is None and not (kin.listed or kin.emergency_contact):
            return "neither a relation nor a contact role that is known: a person must ask"
        return None

    def _leave(self, kin: Kin, why: str) -> None:
        self.aside.append(kin)
        self.account.leave_all(kin.field, why)

    def _born(self, kin: Kin) -> date | None:
        return full_date(kin.born, f"{kin.field}-16", today=self.now.date(), account=self.account)

    def _person(self, kin: Kin, known: Known) -> str | None:
        """The one on record, somebody new, or None where only a person can say which (R64)."""
        same = [
            who
            for who in roll.kin_named(self.realm, self.patient, known.name or "")
            if not roll.differences(self.realm, who, known)
        ]
        fits = same if kin.relation is None else [who for who in same if self._fits(kin, who)]
        if len(fits) > 1:
            self._leave(kin, "several on record have this name: a person must say who is meant")
            return None
        if fits:
            roll.complete(self.realm, fits[0], known)
            return fits[0]
        if any(who not in self._entered for who in same):
            self._leave(kin, "somebody of this name is on record in another relation: a person must say who is meant")
            return None
        if same:
            self.account.note(f"{kin.field}-2", "the name stands twice in different relations: entered as two people")
        new = NewPerson(name=known.name or "", born=known.born, sex=known.sex, speaks=known.speaks)
        return registry.add_person(self.realm, new)

    def _fits(self, kin: Kin, who: str) -> bool:
        """Whether somebody of that name is on the list in this relation, or in one that nobody had stated."""
        return bool({kin.relation, UNSTATED} & set(roll.relations(self.patient, who)))

    def _stated(self, who: str) -> str:
        """The relation on record, where this line only says how somebody is to be used."""
        return next(iter(roll.relations(self.patient, who)), UNSTATED)

    def _write(self, kin: Kin, who: str, relation: str) -> None:
        line = KinRecord(
            of=self.patient,
            person=who,
            relation=relation,
            listed=kin.listed,
            emergency_contact=kin.emergency_contact,
        )
        roll.add_line(self.realm, line)
        roll.add_ways(self.realm, who, ways(kin, self.account))
