"""A scenario as it was read: everything checked, people by handle, every moment in UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from kinfirst.people.entries import NewPerson

HOUSE_CASE = ""
"""The case of a step that concerns the house, or of a play that has not opened one."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a scenario."""


class Cast(Read, frozen=True, kw_only=True):
    """Somebody in the play, as the registry takes them, with what they hold and whom they care for."""

    handle: str
    person: NewPerson
    offices: tuple[str, ...] = ()
    deputy_for: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()


class KinLine(Read, frozen=True, kw_only=True):
    """`person` is `relation` of `of`; all people by handle. `do_not_notify` is the ground for it."""

    of: str
    person: str
    relation: str
    recorded: date | None = None
    listed: bool = False
    emergency_contact: bool = False
    guardian: str | None = None
    do_not_notify: str = ""
    teller: str | None = None


class EventLine(Read, frozen=True, kw_only=True):
    """People in one event, dead or alive; `closed` when everybody in it is known by a list."""

    handle: str
    people: tuple[str, ...]
    closed: bool = False


class Check(Read, frozen=True, kw_only=True):
    """What must be so at that moment. None: not asked."""

    told: tuple[str, ...] | None = None
    not_told: tuple[str, ...] = ()
    stage: str = ""
    tasks: tuple[str, ...] = ()
    no_tasks: tuple[str, ...] = ()
    sees: dict[str, bool] = {}
    released: bool | None = None
    overdue: tuple[str, ...] | None = None
    open_places: tuple[str, ...] | None = None
    ledger: bool = False


class Step(Read, frozen=True, kw_only=True):
    """One step: a command by somebody, or a check.

    `number` counts from 1, `at` is UTC, `case` the name given on `open_case`. `refused` is None when the
    command must succeed, else the rules that must be among the reasons.
    """

    number: int
    line: int
    at: datetime
    do: str
    by: str = ""
    case: str = HOUSE_CASE
    arguments: dict[str, Any] = {}
    refused: tuple[str, ...] | None = None
    check: Check | None = None


class Scenario(Read, frozen=True, kw_only=True):
    """A whole play. `policy` is a pack id, or the path of a pack, resolved against the file's folder.

    `lines` has the line of `policy` and of each `overrides.<key>`: the pack's reader judges them later.
    """

    file: str
    title: str
    about: str
    policy: str
    policy_is_path: bool
    overrides: dict[str, Any]
    lines: dict[str, int]
    start: datetime
    zone: str
    people: tuple[Cast, ...]
    kin: tuple[KinLine, ...]
    events: tuple[EventLine, ...]
    steps: tuple[Step, ...]

    @property
    def handles(self) -> tuple[str, ...]:
        """Everybody's handle, in the order of the file."""
        return tuple(person.handle for person in self.people)
