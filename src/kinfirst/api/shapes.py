"""What the API answers with, as structs: OpenAPI is generated from them, so that what is documented is what is sent.

People are ids. `label` and `people` say what somebody is called in front of the reader: the casualty by alias,
kin by relation, an office by its name, those who work here by name; more only after a look on record (R60, R74).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]
Part = Literal["identity", "medical", "kin", "beneficiaries", "effects"]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, or a part of one."""


class OpenTask(Shape, frozen=True, kw_only=True):
    """Something a person must do. `name` is `kind` or `kind:about`; `holder` a person's id or `role:<role>`."""

    name: str
    kind: str
    asks: str
    about: str
    holder: str
    opened: Moment
    due: Moment


class CaseTask(OpenTask, frozen=True, kw_only=True):
    """A task and the case it is of; no case and no alias where it is the house's."""

    case: str | None
    alias: str | None


class MyTasks(Shape, frozen=True, kw_only=True):
    """The tasks the reader holds, by id or by role, the soonest first; `next` is the `after` of the next page."""

    tasks: tuple[CaseTask, ...]
    next: str | None


class Tasks(Shape, frozen=True, kw_only=True):
    """The open tasks of one case, or of the house, the soonest first."""

    tasks: tuple[OpenTask, ...]


class Done(Shape, frozen=True, kw_only=True):
    """What a command did.

    `seq` is the last entry it wrote, `stage` where the case stands after it, `version` the version of the facts
    (R44), `tasks` what is new to be done. Of the house: no case, alias, stage or version.
    """

    case: str | None
    alias: str | None
    seq: int
    stage: str | None
    version: int | None
    tasks: tuple[OpenTask, ...]


class CaseLine(Shape, frozen=True, kw_only=True):
    """One case on the board."""

    id: str
    alias: str
    stage: str
    state: str
    event: str | None
    opened_at: Moment | None
    task_count: int
    next_task: str | None
    next_holder: str | None
    next_due: Moment | None


class Board(Shape, frozen=True, kw_only=True):
    """The cases the reader may know of, the soonest task first; `next` is the `after` of the next page."""

    cases: tuple[CaseLine, ...]
    next: str | None


class ChartLine(Shape, frozen=True, kw_only=True):
    """An entry of the chart; `text` is null until the reader has looked at `medical` (R60)."""

    number: int
    author: str
    at: Moment
    trainee: bool
    signed: bool
    cosigned_by: str | None
    text: str | None


class EffectLine(Shape, frozen=True, kw_only=True):
    """One item of the effects; `text` is null until the reader has looked at `effects` (R60)."""

    number: int
    text: str | None
    holder: str
    going_to: str | None
    seal: str | None
    done: tuple[str, ...]
    incident: bool
    released_to: str | None


class OrgLine(Shape, frozen=True, kw_only=True):
    """What an organisation was told and answered."""

    org: str
    told: Moment | None
    answered: Moment | None


class OverrideLine(Shape, frozen=True, kw_only=True):
    """An override on record (R35)."""

    number: int
    rule: str
    place: str | None
    by: str
    second: str
    at: Moment
    until: Moment
    reviewed: bool


class CaseReading(Shape, frozen=True, kw_only=True):
    """One case as the reader may see it.

    `name` is null until the reader may know it and has looked (`POST .../commands/view` with `identity`).
    `may` are the parts that the reader could look at, `shown` those that are shown now.
    """

    id: str
    alias: str
    name: str | None
    exercise: bool
    stage: str
    state: str
    seq: int
    version: int
    casualty: str | None
    event: str | None
    opened_at: Moment
    received: Moment
    pronounced_at: Moment | None
    identity_level: int
    identity_needed: int
    coroner: str | None
    policy: str
    edition: str
    doubted: bool
    leaked: bool
    blackout: bool
    released: bool
    retracted: str | None
    may: tuple[Part, ...]
    shown: tuple[Part, ...]
    chart: tuple[ChartLine, ...]
    effects: tuple[EffectLine, ...]
    orgs: tuple[OrgLine, ...]
    overrides: tuple[OverrideLine, ...]
    tasks: tuple[OpenTask, ...]
    people: dict[str, str]


class Carrier(Shape, frozen=True, kw_only=True):
    """Who carries the word to a place; `reference` verifies the visit for the family (R31, R32)."""

    lead: str
    team: tuple[str, ...]
    interpreter: str | None
    reference: str | None
    at: Moment


class Heard(Shape, frozen=True, kw_only=True):
    """How a person came to know: told, condoled or by an agency, and the version of the facts they have."""

    at: Moment
    by: str
    how: str
    channel: str
    version: int


class PlaceLine(Shape, frozen=True, kw_only=True):
    """One who must be told, and why (R16). `turn` is `waiting`, `open` or `settled`."""

    id: str
    person: str | None
    label: str
    because: str
    relation: str
    office: str | None
    also: tuple[str, ...]
    for_whom: tuple[str, ...]
    through: str | None
    turn: Literal["waiting", "open", "settled"]
    attempts: int
    again: Moment | None
    carrier: Carrier | None
    heard: Heard | None


class TierLine(Shape, frozen=True, kw_only=True):
    """Places that may be told in any order; `opened` is when it became their turn."""

    name: str
    opened: Moment | None
    places: tuple[PlaceLine, ...]


class LeftOut(Shape, frozen=True, kw_only=True):
    """Somebody on the list of kin who has no place, and why (R19)."""

    person: str
    label: str
    because: str


class ChainReading(Shape, frozen=True, kw_only=True):
    """The chain as it is drawn; `drawn` is false while there is none."""

    case: str
    alias: str
    seq: int
    drawn: bool
    tiers: tuple[TierLine, ...]
    left_out: tuple[LeftOut, ...]


class EntryLine(Shape, frozen=True, kw_only=True):
    """One entry of the ledger, in the order in which it was written.

    What it says (`content`, and the free `texts` by token) belongs to a `part` of the case, and is null until
    the reader may know that part and has looked; an entry without a part shows its content, people by id.
    """

    seq: int
    at: Moment
    actor: str
    label: str
    kind: str
    part: Part | None
    content: dict[str, Any] | None
    texts: dict[str, str]
    digest: str


class Ledger(Shape, frozen=True, kw_only=True):
    """Entries of one case; `next` is the `after` of the next page."""

    case: str
    alias: str
    entries: tuple[EntryLine, ...]
    next: int | None


class LearntLine(Shape, frozen=True, kw_only=True):
    """Somebody came to know something: when, how, from whom, over which channel, which version of the facts."""

    at: Moment
    who: str
    who_label: str
    how: str
    by: str
    by_label: str
    channel: str
    version: int | None


class Timeline(Shape, frozen=True, kw_only=True):
    """Who knew what, when, from whom (N20)."""

    case: str
    alias: str
    learnt: tuple[LearntLine, ...]
