"""Events of the house: who has whom, who is off (R55, R76)."""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.commands.house import Ipass
from kinfirst.core.events.base import Event


class CareTaken(Event, frozen=True, kw_only=True):
    """The registry puts these living patients in somebody's care: patient to clinician."""

    care: dict[str, str]


class PatientsDied(Event, frozen=True, kw_only=True):
    """These patients are no longer living and no longer anybody's to cover."""

    patients: tuple[str, ...]


class CoverOffered(Event, frozen=True, kw_only=True):
    """Patients offered to another clinician until a moment (R55)."""

    number: int
    patients: tuple[str, ...]
    to: str
    until: datetime
    recall: str
    ipass: Ipass


class CoverAccepted(Event, frozen=True, kw_only=True):
    """Accepted with a read-back: the patients are now theirs (R55)."""

    number: int
    patients: tuple[str, ...]
    read_back: str


class CoverDeclined(Event, frozen=True, kw_only=True):
    """Declined: nothing moved (R55)."""

    number: int
    read_back: str = ""


class WentOff(Event, frozen=True, kw_only=True):
    """Left duty (R55)."""


class Recalled(Event, frozen=True, kw_only=True):
    """Called back to duty (R55)."""

    person: str
    why: str


class CoverEnded(Event, frozen=True, kw_only=True):
    """Cover of these patients ran out with nobody following: the desk is alerted (R76)."""

    patients: tuple[str, ...]
