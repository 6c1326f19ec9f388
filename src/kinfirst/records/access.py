"""The only way from a user to a record: who somebody is to us, which cases they may know of, what of them is shown.

Nothing here shows a name by itself. A viewer asks for a part of a case (`reveal`), core.disclosure says yes or no,
the look is recorded either way (R60), and only then does `Sight` give names and texts of that part. A case is
unknown to everybody who is still to be told it: kin who work here, the head of a division, the leader (R23, R72,
domain.md trap 16).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from kinfirst.core.case import Case
from kinfirst.core.commands import View
from kinfirst.core.disclosure import glass_broken, knows, may_see
from kinfirst.core.facts import Person
from kinfirst.core.kinship import effective
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.task import Task
from kinfirst.core.tasks import tasks
from kinfirst.people import facts as registry_facts
from kinfirst.people import registry
from kinfirst.people.models import LIVE
from kinfirst.people.models import Person as PersonRow
from kinfirst.records import notes, policies, store
from kinfirst.records.actions import Given, perform
from kinfirst.records.errors import UnknownCase, clear_errors
from kinfirst.records.gathering import SYSTEM
from kinfirst.records.labels import ordinals, plain_label
from kinfirst.records.snapshots import CASE, case_of

PARTS = ("identity", "medical", "kin", "beneficiaries", "effects")
SPANNING = ("authority", "casualty_officer", "coordinator", "coroner", "auditor", "system")
"""Roles whose work is the whole house, whatever division they are of."""
NOBODY: frozenset[str] = frozenset()


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in: what the registry knows of them, and their address book."""

    person: Person
    realm: str

    @property
    def id(self) -> str:
        """The id of the person."""
        return self.person.id

    @property
    def exercise(self) -> bool:
        """Whether everything they see must be marked as an exercise (R68)."""
        return self.realm != LIVE


def viewer_of(user: Any) -> Viewer | None:
    """Who a Django account is; None when nobody is signed in, or the account is nobody's.

    An account that was read together with its person costs no query: every page asks (project.signin).
    """
    if not getattr(user, "is_authenticated", False):
        return None
    read = user._state.fields_cache
    if "person" in read:
        row = read["person"]
        return None if row is None else Viewer(realm=row.realm_id, person=registry_facts.of_row(row))
    found = registry_facts.person_of_account(user.pk)
    return None if found is None else Viewer(realm=found[0], person=found[1])


def viewer_named(person: str, realm: str) -> Viewer | None:
    """The same for a person's id in their realm."""
    found = registry_facts.persons([person]).get(person)
    return None if found is None else Viewer(person=found, realm=realm)


def admitted(case: Case, viewer: Person) -> bool:
    """Whether somebody may know that this case exists.

    Who knows already, or works on it, may. Who is still to be told, or is kin or bond of the casualty, may not,
    whatever their role. Everybody else needs some role in the house.
    """
    if knows(case, viewer.id) or viewer.id in case.working:
        return True
    return bool(viewer.roles) and _in_scope(case, viewer) and viewer.id not in still_to_be_told(case)


def _in_scope(case: Case, viewer: Person) -> bool:
    """Whether a case is of the viewer's unit, where KINFIRST_SCOPE says that this matters and their role does not span.

    A casualty who is not known, or is of no division, is everybody's.
    """
    if settings.KINFIRST_SCOPE != "division" or any(role in SPANNING for role in viewer.roles):
        return True
    casualty = case.facts.persons.get(case.casualty or "")
    return casualty is None or casualty.division is None or casualty.division == viewer.division


def still_to_be_told(case: Case) -> set[str]:
    """Everybody who has a place in the chain of a case, or is kin or bond of the casualty: named only on asking."""
    found = {record.person for record in effective(case)} | {bond.person for bond in case.kinship.bonds}
    if case.chain is not None:
        found |= {place.person for place in case.chain.places() if place.person}
    return found


class Sight:
    """One case as one viewer may see it at one moment. Build it with `case_for`."""

    def __init__(
        self, viewer: Viewer, row: store.Row, revealed: frozenset[str] = NOBODY, *, now: datetime | None = None
    ) -> None:
        self.viewer = viewer
        self.row = row
        self.state: Case = case_of(row)
        self.glass = None if now is None else glass_broken(self.state, viewer.id, now)
        self.policy: Policy = policies.policy(row.policy_digest)
        self.revealed = frozenset(part for part in revealed if self.may(part))

    @property
    def id(self) -> str:
        """The case's id: random, fit for an address."""
        return self.row.id

    @property
    def alias(self) -> str:
        """What the case is called in titles, headings and addresses, for everybody and for ever (R64, R74)."""
        return self.state.alias

    @property
    def stage(self) -> str:
        """The stage of engine.md section 1."""
        return str(stage_of(self.state, self.policy))

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The open tasks, soonest first."""
        return tasks(self.state, self.policy)

    def may(self, part: str) -> bool:
        """Whether the viewer could be shown that part: `identity`, `medical`, `kin`, `beneficiaries`, `effects`."""
        return may_see(self.state, self.viewer.person, part) or self.glass is not None

    @property
    def name(self) -> str | None:
        """The casualty's name, once the viewer has asked and may know it; else None."""
        if "identity" not in self.revealed or self.state.casualty is None:
            return None
        return self._names.get(self.state.casualty)

    def label(self, person: str | None) -> str:
        """What somebody is called in front of this viewer.

        The casualty by alias, kin by relation, an office by its name, until the viewer has asked and may know;
        those who work here by name.
        """
        if not person:
            return _("nobody")
        if person == SYSTEM:
            return _("the clock")
        if person == self.state.casualty:
            return self.name or self.alias
        if person == self.viewer.id or self._by_name(person):
            return self._named(person)
        return plain_label(self.state, person, self._ordinals)

    def text(self, token: str, part: str) -> str | None:
        """A text of the record (a note's token) that belongs to a part; None where the viewer may not read it."""
        if part not in self.revealed:
            return None
        return notes.read([token]).get(token, token) if token.startswith(notes.PREFIX) else token

    def _by_name(self, person: str) -> bool:
        if person in still_to_be_told(self.state) or person not in self._staff:
            return "kin" in self.revealed
        return True

    def _named(self, person: str) -> str:
        return self._names.get(person) or self._more(person)

    def _more(self, person: str) -> str:
        self._names.update(registry.names([person]))
        return self._names.get(person, _("somebody"))

    @cached_property
    def _names(self) -> dict[str, str]:
        wanted = {*self._staff, self.viewer.id}
        if "identity" in self.revealed and self.state.casualty:
            wanted.add(self.state.casualty)
        if "kin" in self.revealed:
            wanted |= still_to_be_told(self.state)
        return registry.names(wanted)

    @cached_property
    def _staff(self) -> frozenset[str]:
        """Everybody of this case who has a role in the house."""
        seen = {*self.state.working, *self.state.attended, *self.state.aware, *self.state.facts.persons}
        seen |= {who for held in self.state.assigned.values() for who in (*held.people, held.interpreter) if who}
        rows = PersonRow.objects.filter(id__in=seen, realm_id=self.viewer.realm).values_list("id", "roles")
        return frozenset(who for who, roles in rows if roles)

    @cached_property
    def _ordinals(self) -> dict[str, str]:
        return ordinals(self.state)


def case_for(viewer: Viewer, case: str, *, revealed: Iterable[str] = (), now: datetime | None = None) -> Sight:
    """One case for one viewer; with `now`, what an exception lets them see at that moment too (decision 0006).

    Raises UnknownCase for a case of another realm and for one they may not know of.
    """
    with clear_errors():
        row = store.load(case)
    if row is None or row.kind != CASE or row.realm != viewer.realm:
        raise UnknownCase("there is no case of that id")
    sight = Sight(viewer, row, frozenset(revealed), now=now)
    if not admitted(sight.state, viewer.person):
        raise UnknownCase("there is no case of that id")
    return sight


def reveal(viewer: Viewer, case: str, parts: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Ask for parts of a case: each look is recorded, granted or not (R60). The parts that were granted."""
    case_for(viewer, case)
    given = Given(realm=viewer.realm, by=viewer.id, now=now)
    granted = (
        part
        for part in dict.fromkeys(parts)
        if perform(View(what=part), given=given, case=case).refusal is None  # type: ignore[arg-type]
    )
    return frozenset(granted)
