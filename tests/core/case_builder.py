"""One case played through the real `decide` and `fold`, without a database, a clock or a registry.

    play = Story("village")                                # or Story("us-military", at=..., **{"team.min": 1})
    play.knows("ana", zone="America/Chicago", grade=5)     # anybody the plain cast below lacks
    play.kin("ana", "spouse")                              # of the casualty, recorded today
    play.does("off", "open_case", casualty="ray", alias="Delta")     # must succeed
    play.later(minutes=5)                                  # goes through every due moment on the way
    assert play.tries("cho", "tell", place="ana", channel="person") == ("R03", "R10")   # rules, () when allowed
    assert "identify" in play.tasks                        # open tasks by name
    play.case, play.stage, play.told, play.open            # the state, and people by id

Ids are the handles. `opened`, `pronounced`, `identified` and `drawn` are the usual beginnings. What was refused is
folded as the record folds it (R35); `refusal` is the last one. The house has its own `HouseStory`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

import msgspec

from kinfirst.core import Case, Policy, decide, due, fold, stage_of, tasks, tick
from kinfirst.core.commands import Command, command_from
from kinfirst.core.cover import decide_house, due_house, tasks_house, tick_house
from kinfirst.core.decide import refreshed
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import Refused
from kinfirst.core.facts import EventFacts, EventMember, Facts, KinRecord, Lock, Office, Person
from kinfirst.core.gate import open_places
from kinfirst.core.house import House, HouseFacts
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.stages import Stage
from kinfirst.core.task import Task
from kinfirst.policies.load import edition_for, with_overrides

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

CAST: dict[str, dict[str, Any]] = {
    "doc": {"roles": ("clinician",), "credentials": ("pronounce",), "grade": 9},
    "med": {"roles": ("clinician",), "grade": 6},
    "mir": {"roles": ("trainee",)},
    "off": {"roles": ("casualty_officer",), "grade": 9},
    "auth": {"roles": ("authority",), "grade": 11},
    "cho": {"roles": ("notifier",), "grade": 8},
    "ode": {"roles": ("notifier",), "grade": 8},
    "kee": {"roles": ("custodian",)},
    "cor": {"roles": ("coroner",)},
    "sup": {"roles": ("supporter",)},
    "desk": {"roles": ("coordinator",)},
    "aud": {"roles": ("auditor",)},
    "out": {},
    "ray": {"born": date(1996, 4, 1), "sex": "male", "grade": 5, "serving": True, "division": "second"},
}


def policy_named(name: str, day: date, overrides: dict[str, Any]) -> Policy:
    """A shipped pack as it holds on a day, with some keys changed as a scenario's [overrides] does."""
    pack = edition_for(name, day)
    return (with_overrides(pack, overrides) if overrides else pack).policy


class _Playing(ABC):
    """The clock and the people of a play."""

    def __init__(self, at: datetime) -> None:
        self.now = at
        self.people: dict[str, Person] = {who: Person(id=who, zone="UTC", **fields) for who, fields in CAST.items()}
        self.refusal: Refusal | None = None

    def knows(self, who: str, **fields: Any) -> Self:
        """Somebody new, or somebody of the cast changed."""
        before = self.people.get(who, Person(id=who, zone="UTC"))
        self.people[who] = msgspec.structs.replace(before, **fields)
        return self

    def does(self, by: str, do: str, **arguments: Any) -> Self:
        """A command that must be allowed."""
        rules = self.tries(by, do, **arguments)
        assert not rules, f"{do} refused by {', '.join(rules)}: {self.refusal}"
        return self

    def tries(self, by: str, do: str, **arguments: Any) -> tuple[str, ...]:
        """A command; the rules that refused it, none if it was done. `with_`, `as_` lose their underscore."""
        given = command_from(do, {name.rstrip("_"): value for name, value in arguments.items()})
        self.refusal = self._decide(by, given)
        return self.refusal.rules if self.refusal else ()

    def reason(self, rule: str) -> Reason:
        """Why the last command was refused by that rule."""
        reasons = self.refusal.reasons if self.refusal else ()
        return next(reason for reason in reasons if reason.rule == rule)

    def later(self, **by: float) -> Self:
        """Time passes, through every due moment on the way: `later(hours=2)`."""
        return self.until(self.now + timedelta(**by))

    def until(self, moment: datetime) -> Self:
        """Time passes up to a moment."""
        while (coming := self._due()) is not None and coming <= moment:
            self.now = max(self.now, coming)
            assert self._tick(), f"something is due at {coming} and time does not get past it"
        self.now = moment
        return self

    @property
    def tasks(self) -> dict[str, Task]:
        """Open tasks by name."""
        return {task.name: task for task in self._tasks()}

    @property
    def overdue(self) -> set[str]:
        """Names of tasks whose time has passed."""
        return {task.name for task in self._tasks() if task.due < self.now}

    @abstractmethod
    def _decide(self, by: str, do: Any) -> Refusal | None: ...

    @abstractmethod
    def _due(self) -> datetime | None: ...

    @abstractmethod
    def _tick(self) -> int: ...

    @abstractmethod
    def _tasks(self) -> tuple[Task, ...]: ...


class Story(_Playing):
    """One case. `overrides` are policy keys, as in a scenario file."""

    def __init__(self, policy: str = "village", *, at: datetime = START, **overrides: Any) -> None:
        super().__init__(at)
        self.policy = policy_named(policy, at.date(), overrides)
        self.case = Case(id="case")
        self.lines: list[KinRecord] = []
        self.offices: dict[str, Office] = {}
        self.event: EventFacts | None = None
        self.locks: tuple[Lock, ...] = ()

    def kin(self, person: str, relation: str, *, of: str = "ray", **fields: Any) -> Self:
        """A line of kin, recorded today unless it says otherwise."""
        fields.setdefault("recorded", self.now.date())
        if person not in self.people:
            self.knows(person)
        self.lines.append(KinRecord(of=of, person=person, relation=relation, **fields))
        return self

    def office(self, name: str, holder: str | None, *deputies: str) -> Self:
        """An office of the channel, its holder and deputies in order."""
        for who in (holder, *deputies):
            if who and who not in self.people:
                self.knows(who)
        self.offices[name] = Office(office=name, holder=holder, deputies=deputies)
        return self

    def in_event(self, *members: EventMember, closed: bool = False) -> Self:
        """The event the casualty was in, with the others as their own cases stand."""
        self.event = EventFacts(id="event", closed=closed, members=members)
        return self

    def opened(self, **arguments: Any) -> Self:
        """The case of ray is open."""
        return self.does("off", "open_case", **{"casualty": "ray", "alias": "Delta", **arguments})

    def pronounced(self, **arguments: Any) -> Self:
        """Opened if it was not, and pronounced by doc, cho being there."""
        if self.case.opened_at is None:
            self.opened()
        given = {"mode": "present", "witness": "cho", "identifiers": ["wristband", "service_number"]}
        return self.does("doc", "pronounce", **{**given, **arguments})

    def identified(self) -> Self:
        """Pronounced if nobody had, and identified by fingerprint."""
        if self.case.death.pronounced_at is None:
            self.pronounced()
        return self.does("doc", "identify", as_="ray", method="fingerprint", evidence="file 22-118")

    def drawn(self) -> Self:
        """Identified, and the chain drawn."""
        return self.identified().does("off", "draw_chain")

    def told_by(self, place: str, lead: str = "cho", *team: str, channel: str = "person") -> Self:
        """Assigned and told."""
        self.does("off", "assign", place=place, lead=lead, team=list(team))
        return self.does(lead, "tell", place=place, channel=channel, understood=True)

    def refreshed(self) -> Self:
        """The case notices what the registry says now, as the worker makes it."""
        return self._folded(refreshed(self.case, self.facts, self.policy, self.now), "system")

    @property
    def facts(self) -> Facts:
        """What the registry of this play says."""
        return Facts(
            persons=dict(sorted(self.people.items())),
            kin=tuple(self.lines),
            offices=tuple(self.offices.values()),
            event=self.event,
            locks=self.locks,
        )

    @property
    def stage(self) -> Stage:
        """The stage of the case."""
        return stage_of(self.case, self.policy)

    @property
    def told(self) -> list[str]:
        """Who was told, first tellings in order."""
        return list(self.case.told)

    @property
    def open(self) -> set[str]:
        """The places that may be told now."""
        return {place.id for place in open_places(self.case, self.policy)}

    def _folded(self, events: Any, by: str) -> Self:
        for event in events:
            self.case = fold(self.case, event, at=self.now, by=by)
        return self

    def _decide(self, by: str, do: Any) -> Refusal | None:
        command = Command(by=by, do=do, facts=self.facts, people=self.people)
        decided = decide(self.case, command, self.policy, self.now)
        if not isinstance(decided, Refusal):
            self._folded(decided, by)
            return None
        place = getattr(do, "place", None)
        found = self.case.chain.find(place) if self.case.chain and place else None
        refused = Refused(command=command.name, rules=decided.rules, place=found.id if found else place)
        self._folded((refused,) if self.case.opened_at else (), by)
        return decided

    def _due(self) -> datetime | None:
        return due(self.case, self.policy)

    def _tick(self) -> int:
        events = tick(self.case, self.policy, self.now)
        self._folded(events, "system")
        return len(events)

    def _tasks(self) -> tuple[Task, ...]:
        return tasks(self.case, self.policy)


class HouseStory(_Playing):
    """The house: cover and duty. `care` says whose each living patient is."""

    def __init__(self, care: dict[str, str], *, at: datetime = START) -> None:
        super().__init__(at)
        self.house = House()
        self.facts = HouseFacts(care=care)

    def _decide(self, by: str, do: Any) -> Refusal | None:
        decided = decide_house(self.house, Command(by=by, do=do, people=self.people), self.facts, self.now)
        if isinstance(decided, Refusal):
            return decided
        for event in decided:
            self.house = fold_house(self.house, event, at=self.now, by=by)
        return None

    def _due(self) -> datetime | None:
        return due_house(self.house)

    def _tick(self) -> int:
        events = tick_house(self.house, self.now)
        for event in events:
            self.house = fold_house(self.house, event, at=self.now, by="system")
        return len(events)

    def _tasks(self) -> tuple[Task, ...]:
        return tasks_house(self.house)
