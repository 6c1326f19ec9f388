"""Events of opening, death, identity and the chart."""

from __future__ import annotations

from datetime import datetime

from kinfirst.core.events.base import Event
from kinfirst.core.facts import Facts


class FactsTaken(Event, frozen=True, kw_only=True):
    """What the registry says changed; from here on this is what the case knows (R59)."""

    facts: Facts


class CaseOpened(Event, frozen=True, kw_only=True):
    """The case exists, under a policy edition that stays with it (R16, R26, R64)."""

    casualty: str | None = None
    alias: str
    event: str | None = None
    state: str
    received: datetime
    policy: str
    edition: str


class DeviceReported(Event, frozen=True, kw_only=True):
    """A device spoke (R01)."""

    device: str
    bed: str


class StripKept(Event, frozen=True, kw_only=True):
    """Some seconds of a bed's signals were kept; `strip` is a token of a note."""

    bed: str
    strip: str


class Resuscitated(Event, frozen=True, kw_only=True):
    """A line of the resuscitation record (R05, R57)."""

    what: str
    detail: str = ""
    when: datetime


class Observed(Event, frozen=True, kw_only=True):
    """The observation timer started or was restarted by activity (R04)."""

    what: str
    when: datetime


class Pronounced(Event, frozen=True, kw_only=True):
    """Death was pronounced: `when` is the time of death, never edited (R03, R05)."""

    when: datetime
    mode: str
    witness: str
    identifiers: tuple[str, ...]
    second: str | None = None
    ground: str = ""


class Charted(Event, frozen=True, kw_only=True):
    """A chart entry, numbered within the case; `trainee` entries need a co-signature (R07)."""

    entry: int
    text: str
    when: datetime
    trainee: bool = False


class Signed(Event, frozen=True, kw_only=True):
    """Entries signed by their author (R07)."""

    entries: tuple[int, ...]


class Cosigned(Event, frozen=True, kw_only=True):
    """Trainees' entries co-signed (R07)."""

    entries: tuple[int, ...]


class CoronerDecided(Event, frozen=True, kw_only=True):
    """The coroner's decision; `locks` is what stays under the evidence lock (R08)."""

    decision: str
    ground: str = ""
    number: str = ""
    locks: tuple[str, ...] = ()


class StatusSet(Event, frozen=True, kw_only=True):
    """The casualty report (R61)."""

    type: str
    status: str
    category: str
    report: str


class Identified(Event, frozen=True, kw_only=True):
    """A piece of evidence that the casualty is `person`, vouched for by `people` (R10, R12)."""

    person: str
    method: str
    evidence: str
    people: tuple[str, ...]


class DoubtFlagged(Event, frozen=True, kw_only=True):
    """Forward steps are frozen; those already told hear of the doubt by `due` (R46)."""

    about: str
    note: str = ""
    due: datetime


class DoubtCleared(Event, frozen=True, kw_only=True):
    """The doubt is lifted; those who heard of it hear of its end by `due` (R46)."""

    why: str
    due: datetime


class Retracted(Event, frozen=True, kw_only=True):
    """The death is withdrawn; everyone told must hear it by `due` (R45)."""

    retraction: str
    was: str | None = None
    second: str
    due: datetime


class Refused(Event, frozen=True, kw_only=True):
    """A command that was refused: who tried what, and which rules (R35, R59).

    `when`: it had been done already, and only its record came later (lateness.py). Somebody then settles what is true;
    one who was told by others meanwhile hears what stands by `due`.
    """

    command: str
    rules: tuple[str, ...]
    place: str | None = None
    when: datetime | None = None
    due: datetime | None = None
