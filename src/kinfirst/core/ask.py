"""One command put to one case at one moment: what a rule looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from kinfirst.core.case import Case
from kinfirst.core.commands import Command, Do
from kinfirst.core.errors import Reason
from kinfirst.core.facts import Person
from kinfirst.core.places import Place
from kinfirst.core.policy import Policy

D = TypeVar("D", bound=Do)

TELLING_ROLES = ("notifier", "clinician", "casualty_officer", "authority")


@dataclass(frozen=True, slots=True)
class Ask(Generic[D]):
    """A command (`do`), the case it is for, the policy of the case, and the moment (UTC)."""

    case: Case
    command: Command
    policy: Policy
    now: datetime
    do: D

    @property
    def by(self) -> str:
        """The id of the one who gives the command."""
        return self.command.by

    def person(self, who: str | None) -> Person | None:
        """What is known of a person named in the command or in the facts."""
        if who is None:
            return None
        return self.command.people.get(who) or self.case.facts.persons.get(who)

    def roles(self, who: str | None = None) -> tuple[str, ...]:
        """The roles of a person, the giver if none is named; the clock and devices hold `system`."""
        if who is None and self.by == "system":
            return ("system",)
        found = self.person(who or self.by)
        return found.roles if found else ()

    def holds(self, *roles: str) -> bool:
        """Whether the giver holds one of these roles."""
        return any(role in self.roles() for role in roles)

    def can_tell(self, who: str) -> bool:
        """Whether a person has a telling credential: a full role, never that of a trainee alone (R75)."""
        return any(role in TELLING_ROLES for role in self.roles(who))

    @property
    def casualty(self) -> Person | None:
        """What is known of the casualty."""
        return self.person(self.case.casualty)

    @property
    def place(self) -> Place | None:
        """The place the command names, by place, person, office, or one it stands for."""
        return find_place(self.case, getattr(self.do, "place", None))

    def no(self, rule: str, text: str, *, until: datetime | None = None, final: bool = False) -> Reason:
        """A reason against this command; `final` if no override can lift it."""
        place = self.place
        named: Any = getattr(self.do, "place", None)
        return Reason(rule=rule, text=text, until=until, place=place.id if place else named, final=final)


def find_place(case: Case, named: str | None) -> Place | None:
    """The place a name leads to: the place itself, its person, its office, or one it stands for (R18, R21)."""
    if named is None or case.chain is None:
        return None
    direct = case.chain.find(named)
    if direct is not None:
        return direct
    return next((place for place in case.chain.places() if named in place.for_whom), None)
