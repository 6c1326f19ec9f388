"""Entering the people of a play into an address book of its own: an exercise, never the live one (R68)."""

from __future__ import annotations

import re
import secrets

import msgspec
from django.db import transaction

from kinfirst.core.facts import KinRecord
from kinfirst.core.policy import Policy
from kinfirst.people import registry
from kinfirst.records.policies import pin, set_realm_policy
from kinfirst.scenarios.play import KinLine, Scenario

_ID = re.compile(r"[0-9a-f]{32}")


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """The play's realm, and everybody's id by handle."""

    realm: str
    ids: dict[str, str]

    @property
    def handles(self) -> dict[str, str]:
        """Everybody's handle by id."""
        return {person: handle for handle, person in self.ids.items()}

    def spoken(self, text: str) -> str:
        """A text with the ids of people in it replaced by their handles."""
        handles = self.handles
        return _ID.sub(lambda found: handles.get(found[0], found[0]), text)


def enter(scenario: Scenario, policy: Policy, *, realm: str | None = None) -> Company:
    """Enters everybody, their kin, offices, events and care, and pins the policy. All or nothing.

    `realm` is an address book of its own unless one is named: the demonstration's plays share theirs.
    """
    realm = realm or f"rehearsal-{secrets.token_hex(12)}"
    with transaction.atomic():
        people = registry.add_people(realm, [cast.person for cast in scenario.people])
        ids = dict(zip(scenario.handles, people, strict=True))
        for line in scenario.kin:
            registry.add_kin(realm, _record(line, ids), ground=line.do_not_notify or None)
        _enter_offices(scenario, realm, ids)
        for event in scenario.events:
            members = [ids[handle] for handle in event.people]
            registry.add_event(realm, event.handle, members, closed=event.closed)
        for cast in scenario.people:
            if cast.patients:
                registry.set_care(realm, ids[cast.handle], [ids[handle] for handle in cast.patients])
        set_realm_policy(realm, pin(policy))
    return Company(realm=realm, ids=ids)


def _record(line: KinLine, ids: dict[str, str]) -> KinRecord:
    return KinRecord(
        of=ids[line.of],
        person=ids[line.person],
        relation=line.relation,
        recorded=line.recorded,
        listed=line.listed,
        emergency_contact=line.emergency_contact,
        guardian=ids[line.guardian] if line.guardian else None,
        do_not_notify=bool(line.do_not_notify),
        teller=ids[line.teller] if line.teller else None,
    )


def _enter_offices(scenario: Scenario, realm: str, ids: dict[str, str]) -> None:
    """Deputies stand in the order of the file (R73); an office may have deputies and no holder."""
    holders = {office: ids[cast.handle] for cast in scenario.people for office in cast.offices}
    deputies: dict[str, list[str]] = {office: [] for office in holders}
    for cast in scenario.people:
        for office in cast.deputy_for:
            deputies.setdefault(office, []).append(ids[cast.handle])
    for office, standing_in in deputies.items():
        registry.set_office(realm, office, holders.get(office), standing_in)
