"""A small live house in the tests' own database: a casualty with kin, staff, and one open case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from kinfirst.core.facts import KinRecord
from kinfirst.people import contacts, registry
from kinfirst.people.contacts import Way
from kinfirst.people.entries import NewPerson
from kinfirst.policies.load import edition_for
from kinfirst.records import models
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.policies import pin, set_realm_policy

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CASUALTY, SISTER = "Mikael Hjorth", "Astrid Hjorth Lindqvist"


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Ids by handle, and the realm."""

    realm: str
    ids: dict[str, str]

    def do(self, name: str, *, by: str = "medic", case: str | None = None, **args: Any) -> str | None:
        given = Given(realm=self.realm, by=self.ids[by], now=NOW)
        outcome = perform_named(name, args, given=given, case=case)
        assert outcome.refusal is None, outcome.refusal
        return outcome.case

    def open(self, alias: str = "Heron", casualty: str = "") -> str:
        more = {"casualty": self.ids[casualty]} if casualty else {}
        case = self.do("open_case", alias=alias, state="unknown", **more)
        assert case is not None
        return case

    def pronounced(self, casualty: str, alias: str = "Heron") -> str:
        """A case whose casualty was pronounced."""
        case = self.open(alias, casualty)
        self.do("resuscitate", case=case, what="start")
        self.do("resuscitate", case=case, what="stop", detail="no pulse")
        self.do("pronounce", case=case, mode="present", witness=self.ids["desk"], identifiers=["wristband"])
        return case


def house(realm: str = "live") -> House:
    people = {
        "medic": NewPerson(name="Ylva Medic", roles=("clinician", "casualty_officer"), credentials=("pronounce",)),
        "desk": NewPerson(name="Olle Desk", roles=("coordinator", "casualty_officer")),
        "off": NewPerson(name="Away Person", roles=("coordinator",), away=True),
        "casualty": NewPerson(name=CASUALTY, roles=("coordinator",)),
        "sister": NewPerson(name=SISTER, roles=("coordinator",)),
    }
    ids = dict(zip(people, registry.add_people(realm, tuple(people.values())), strict=True))
    registry.add_kin(realm, KinRecord(of=ids["casualty"], person=ids["sister"], relation="sibling"))
    for handle in ("medic", "desk", "off", "casualty", "sister"):
        contacts.add_contact(realm, ids[handle], Way(kind="email", text=f"{handle}@house.example"))
    set_realm_policy(realm, pin(edition_for("village", NOW.date()).policy))
    return House(realm=realm, ids=ids)


def queue(case: str, *, to: str, kind: str = "page", **payload: str) -> str:
    """One more message in the outbox of a case, queued as the record queues them; its id."""
    from kinfirst.records import outgoing, store
    from kinfirst.records.moments import micros
    from kinfirst.records.writing import whole

    with whole():
        row = store.load(case)
        assert row is not None
        message = outgoing.Message(seq=row.seq, kind=kind, destination=to, payload={"case": case, **payload})
        number = row.outbox_count + 1
        line = outgoing.row(case, message, number=number, at=micros(NOW))
        store.add_messages(row, [line])
    return str(line[0])


def drop_queued() -> None:
    """What opening the house queued counts as sent, so that a test sees its own messages alone."""
    models.Outbox.objects.filter(state="queued").update(state="sent")


def message(id: str) -> models.Outbox:
    return models.Outbox.objects.get(id=id)
