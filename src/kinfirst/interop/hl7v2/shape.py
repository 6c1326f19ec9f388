"""What a file of HL7 v2 messages said about a death, as frozen structs.

An `AdtReport` is hearsay from another system: it never pronounces, identifies or orders anybody. Texts of
`Taken`, `Left`, `Note`, `Conflict` and `Rejected` name fields (`NK1(2)-3`) and published codes only, never
a value that could be a name or an identifier (R72).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kinfirst.interop.hl7v2.moments import Moment

Relation = Literal[
    "spouse",
    "partner",
    "child",
    "parent",
    "step_parent",
    "sibling",
    "half_sibling",
    "grandparent",
    "guardian",
    "other",
]
Sex = Literal["male", "female", "other"]


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the file: `message` and `line` count from 1; `field` is written `PID-29` or `NK1(2)-3`."""

    message: int
    line: int
    segment: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        spot = self.field or self.segment
        return f"message {self.message}, line {self.line}" + (f", {spot}" if spot else "")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A field that was read, and as what kind of value (`death time to the day`, `name`)."""

    field: str
    kind: str


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """A field or segment that was not used, and why."""

    field: str
    why: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something was taken, but a person should know how (`PID-8` read from a word, a fall-back charset)."""

    field: str
    what: str


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two fields that cannot both be right; `rule` is the project's rule number where one names it (R49)."""

    fields: tuple[str, ...]
    what: str
    rule: str | None = None


class Name(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One repetition of an XPN: parts as written, unescaped; `kind` is its table 0200 code (L legal, A
    alias).
    """

    family: str | None = None
    given: str | None = None
    middle: str | None = None
    suffix: str | None = None
    prefix: str | None = None
    degree: str | None = None
    kind: str | None = None
    script: str | None = None


class Identifier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An identifier with its table 0203 type and assigning authority; `source` is the field it stood in."""

    value: str
    source: str
    kind: str | None = None
    authority: str | None = None


class Phone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A telephone number or address of electronic mail as written; not checked, not normalised."""

    text: str
    use: str | None = None
    equipment: str | None = None
    business: bool = False


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One repetition of an XAD: parts as written."""

    street: str | None = None
    further: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    kind: str | None = None


class Coded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code, its text and its coding system, as sent."""

    code: str | None = None
    text: str | None = None
    system: str | None = None


class Kin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One NK1. `counter` is NK1-1: a counter, never an order (domain.md, trap 10).

    `relation` is None where the sender did not say it in a code or word that is known: a person must ask.
    `bond` and `in_loco_parentis` are never read from a message: they are findings of people (N7, trap 14).
    `listed` is contact role N (next of kin), `emergency_contact` role C or EP (table 0131; E is the
    employer). `protected` is NK1-23: what is known of them is not to be passed around.
    """

    field: str
    counter: str | None = None
    names: tuple[Name, ...] = ()
    relation: Relation | None = None
    relation_code: str | None = None
    role: str | None = None
    listed: bool = False
    emergency_contact: bool = False
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    start: Moment | None = None
    end: Moment | None = None
    born: Moment | None = None
    sex: Sex | None = None
    language: str | None = None
    protected: bool | None = None


class Patient(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the message is about, unverified. `reliability` holds table 0445 codes (AL, UA, UD, US)."""

    identifiers: tuple[Identifier, ...] = ()
    names: tuple[Name, ...] = ()
    born: Moment | None = None
    sex: Sex | None = None
    identity_unknown: bool | None = None
    reliability: tuple[str, ...] = ()


class Death(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the message says of a death. It is a report, never a pronouncement (R03).

    `time` is PID-29 to the precision sent, `indicator` PID-30. The rest is the PDA segment: `certified`
    PDA-3, `signed` PDA-4, `certified_by` PDA-5, `autopsy` PDA-6, `autopsy_from` and `autopsy_to` PDA-7,
    `autopsy_by` PDA-8, `coroner` PDA-9.
    """

    time: Moment | None = None
    indicator: bool | None = None
    causes: tuple[Coded, ...] = ()
    location: str | None = None
    certified: bool | None = None
    signed: Moment | None = None
    certified_by: Name | None = None
    autopsy: bool | None = None
    autopsy_from: Moment | None = None
    autopsy_to: Moment | None = None
    autopsy_by: Name | None = None
    coroner: bool | None = None


class Visit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """PV1-36 (table 0112), PV1-44 and PV1-45. `expired` is True for codes 20 and 40 to 42."""

    disposition: str | None = None
    expired: bool = False
    admitted: Moment | None = None
    discharged: Moment | None = None


class AdtReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ADT message. `digest` is the SHA-256 of its lines, however they were ended and framed: it tells a
    repeat from another message under the same control id (MSH-10), or under none.

    `deletes` names the fields sent as HL7 null (two quotes): the sender asks that they be emptied; a field
    that is merely absent says nothing. `says_dead` is hearsay from any of PID-29, PID-30, PV1-36, PDA.
    """

    where: Where
    digest: str
    trigger: str
    control_id: str | None = None
    application: str | None = None
    facility: str | None = None
    sent_at: Moment | None = None
    processing: str | None = None
    version: str | None = None
    patient: Patient = Patient()
    death: Death = Death()
    visit: Visit = Visit()
    kin: tuple[Kin, ...] = ()
    deletes: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    taken: tuple[Taken, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def sender(self) -> str | None:
        """The sending application and facility (MSH-3, MSH-4), as far as they were sent."""
        return "/".join(text for text in (self.application, self.facility) if text is not None) or None

    @property
    def says_dead(self) -> bool:
        """Whether any field of the message speaks of a death; a contradiction is among `conflicts`."""
        return self.death.indicator is True or self.death != Death(indicator=self.death.indicator) or self.visit.expired


class LeftMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A whole message that is sound but not ours to read (`ORU^R01`): left, with the reason."""

    where: Where
    kind: str
    why: str


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or lines that are no message, that cannot be read: where, what is wrong, what would be
    right.
    """

    where: Where
    what: str
    right: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.right}"


Outcome = AdtReport | LeftMessage | Rejected


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes `start` to `end` (not included) of the file: `message`, `stray`, `envelope` or `framing`."""

    start: int
    end: int
    kind: Literal["message", "stray", "envelope", "framing"]
    message: int | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file: one outcome for each message, and spans that cover every byte from 0 to `size`."""

    size: int
    outcomes: tuple[Outcome, ...] = ()
    spans: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def taken(self) -> tuple[AdtReport, ...]:
        """The messages that were read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, AdtReport))

    @property
    def left(self) -> tuple[LeftMessage, ...]:
        """The sound messages of another type."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, LeftMessage))

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """What could not be read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Rejected))
