"""The house: which living patient is whose, and who is off duty (R55, R76)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Patients offered by one clinician to another (R55). `state` is offered, accepted or declined."""

    number: int
    by: str
    to: str
    patients: tuple[str, ...]
    until: datetime
    recall: str
    at: datetime
    state: str = "offered"


class HouseFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the registry and the cases say of the house: care (patient to clinician), dead patients, and how
    many chart entries each author has not signed yet (R07)."""

    care: dict[str, str] = {}
    dead: tuple[str, ...] = ()
    unsigned: dict[str, int] = {}


class Ward(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A living patient: whose, and under which accepted hand-over. `ended` when that cover ran out (R76)."""

    clinician: str
    offer: int | None = None
    until: datetime | None = None
    ended: datetime | None = None


class House(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everybody's living patients, the offers in order of their numbers, and who is off.

    Of the offers only those that still matter: what waits, what carries a patient, and the newest (housekeeping.py).
    """

    patients: dict[str, Ward] = {}
    offers: tuple[Offer, ...] = ()
    off: tuple[str, ...] = ()
    escalated: dict[str, datetime] = {}

    def of(self, clinician: str) -> tuple[str, ...]:
        """The living patients that are theirs."""
        return tuple(p for p, ward in self.patients.items() if ward.clinician == clinician)
