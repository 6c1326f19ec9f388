"""Commands of opening, death and identity."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import field

from kinfirst.core.commands.words import Do, Key, Label, Ref, Strip, Term, Words


class OpenCase(Do, frozen=True, kw_only=True):
    """Open a case. The deadline clocks run from `received` (R26). No casualty: identity unknown."""

    casualty: Ref | None = None
    alias: Label
    event: Ref | None = None
    state: Literal["unknown", "believed_dead", "missing", "dustwun", "injured"] = "unknown"
    received: datetime | None = None


class DeviceEvent(Do, frozen=True, kw_only=True):
    """A monitor speaks. It can only ask for the patient to be checked (R01)."""

    kind: Literal["asystole", "leads_off", "vf", "brady", "tachy", "flat_standby"]
    bed: Term


class KeepStrip(Do, frozen=True, kw_only=True):
    """Keep the last seconds of a bed's signals with the case. They are shown, and prove nothing (R01)."""

    bed: Term
    strip: Strip


class Resuscitate(Do, frozen=True, kw_only=True):
    """One line of the resuscitation record (R05, R57)."""

    what: Literal["start", "rhythm", "compressions", "shock", "drug", "airway", "rosc", "stop"]
    detail: Words = ""
    when: datetime | None = None


class Observe(Do, frozen=True, kw_only=True):
    """Start the observation timer, or say that activity was seen, which restarts it (R04)."""

    what: Literal["start", "activity"]


class Pronounce(Do, frozen=True, kw_only=True):
    """A credentialed person says the time of death (R03, R04, R05, R09)."""

    when: datetime | None = None
    mode: Literal["present", "remote"]
    witness: Ref | None = None
    identifiers: tuple[Term, ...] = ()
    mismatched: tuple[Term, ...] = ()
    second: Ref | None = None
    ground: Words = ""


class Chart(Do, frozen=True, kw_only=True):
    """An entry in the chart of this case."""

    text: Words
    when: datetime | None = None


class Sign(Do, frozen=True, kw_only=True):
    """The author signs: an entry by its number, or all of theirs by their own id (R07)."""

    entry: Ref


class Cosign(Do, frozen=True, kw_only=True):
    """A clinician co-signs a trainee's entry, by number or by the author's id (R07, R75)."""

    entry: Ref


class Coroner(Do, frozen=True, kw_only=True):
    """The coroner's or medical examiner's decision (R08)."""

    decision: Literal["referred", "not_required", "released"]
    ground: Words = ""
    number: Words = ""
    releases: Literal["body", "effects"] | None = None


class SetStatus(Do, frozen=True, kw_only=True):
    """Type, status and category of the casualty report (R61)."""

    type: Key
    status: Key
    category: Key
    report: Literal["initial", "interim", "final"]


class Identify(Do, frozen=True, kw_only=True):
    """Evidence that the casualty is `as` (R10, R11, R12)."""

    as_: Ref = field(name="as")
    method: Key
    evidence: Words = ""
    second: Ref | None = None


class FlagDoubt(Do, frozen=True, kw_only=True):
    """Anyone may stop every forward step (R46)."""

    about: Literal["identity", "facts"]
    note: Words = ""


class ClearDoubt(Do, frozen=True, kw_only=True):
    """An authority, not the one who flagged, lifts the doubt (R46)."""

    why: Words = ""


class Retract(Do, frozen=True, kw_only=True):
    """The death is withdrawn: alive, or the wrong person (R45)."""

    kind: Literal["alive", "wrong_person"]
    was: Ref | None = None
    second: Ref | None = None
