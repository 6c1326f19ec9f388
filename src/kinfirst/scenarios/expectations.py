"""Judging a check: what a case holds at that moment against what the play expects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.disclosure import may_see
from kinfirst.core.gate import open_places
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.task import Task
from kinfirst.people.facts import persons
from kinfirst.records import policies, queries
from kinfirst.records.deciding import house_id
from kinfirst.scenarios.company import Company
from kinfirst.scenarios.ledgers import fault_of
from kinfirst.scenarios.play import Check


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation that does not hold, in words."""

    expected: str
    came: str


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One case at one moment, read once for all expectations of a check."""

    company: Company
    now: datetime
    case: Case
    policy: Policy
    tasks: tuple[Task, ...]
    ledgers: tuple[str, ...]

    @property
    def told(self) -> list[str]:
        """Handles of everybody told, in the order of the telling."""
        return told_in(self.case, self.company)

    def named(self, tasks: Iterable[Task]) -> list[str]:
        """Names of tasks, people by handle."""
        return [self.company.spoken(task.name) for task in tasks]


def told_in(case: Case, company: Company) -> list[str]:
    """Handles of everybody told in a case, first tellings in order (condoled and agency-confirmed too)."""
    tellings = sorted(case.told.items(), key=lambda pair: pair[1].at)
    return [company.spoken(person) for person, _ in tellings]


def misses(check: Check, case_id: str | None, company: Company, now: datetime) -> list[Miss]:
    """Everything in the check that does not hold; empty when all of it does."""
    scene = _scene(case_id, company, now)
    judges = (_told, _stage, _tasks, _sees, _released, _overdue, _places, _ledger)
    return [miss for judge in judges for miss in judge(check, scene)]


def _scene(case_id: str | None, company: Company, now: datetime) -> Scene:
    """Before any case is open there is the house alone, and a case of which nothing is known."""
    house, ledger = queries.house_tasks(company.realm), house_id(company.realm)
    if case_id is None:
        policy = policies.policy(policies.realm_policy(company.realm))
        return Scene(company=company, now=now, case=Case(), policy=policy, tasks=house, ledgers=(ledger,))
    return Scene(
        company=company,
        now=now,
        case=queries.case_state(case_id),
        policy=queries.case_policy(case_id),
        tasks=(*queries.case_tasks(case_id), *house),
        ledgers=(case_id, ledger),
    )


def _told(check: Check, scene: Scene) -> Iterator[Miss]:
    told = scene.told
    if check.told is not None and list(check.told) != told:
        yield Miss(expected=f"told {_listed(check.told)}, in this order", came=f"told {_listed(told)}")
    wrong = [handle for handle in check.not_told if handle in told]
    if wrong:
        yield Miss(expected=f"not told: {_listed(check.not_told)}", came=f"told {_listed(told)}")


def _stage(check: Check, scene: Scene) -> Iterator[Miss]:
    stage = stage_of(scene.case, scene.policy)
    if check.stage and stage != check.stage:
        yield Miss(expected=f"stage {check.stage}", came=f"stage {stage}")


def _tasks(check: Check, scene: Scene) -> Iterator[Miss]:
    there = scene.named(scene.tasks)
    missing = [name for name in check.tasks if name not in there]
    if missing:
        yield Miss(expected=f"tasks {_listed(missing)}", came=f"tasks {_listed(sorted(there))}")
    wrong = [name for name in check.no_tasks if name in there]
    if wrong:
        yield Miss(expected=f"no tasks {_listed(wrong)}", came=f"tasks {_listed(sorted(there))}")


def _sees(check: Check, scene: Scene) -> Iterator[Miss]:
    viewers = persons(scene.company.ids[handle] for handle in check.sees)
    for handle, expected in check.sees.items():
        if may_see(scene.case, viewers[scene.company.ids[handle]], "identity") != expected:
            sees, does_not = f"{handle} sees who it is", f"{handle} does not see who it is"
            yield Miss(expected=sees if expected else does_not, came=does_not if expected else sees)


def _released(check: Check, scene: Scene) -> Iterator[Miss]:
    released = scene.case.closing.released is not None
    if check.released is not None and released != check.released:
        words = {True: "the name is public", False: "the name is not public"}
        yield Miss(expected=words[check.released], came=words[released])


def _overdue(check: Check, scene: Scene) -> Iterator[Miss]:
    """Every task listed must be overdue; an empty list says that none is."""
    if check.overdue is None:
        return
    late = scene.named(task for task in scene.tasks if task.due < scene.now)
    if not check.overdue and late:
        yield Miss(expected="nothing overdue", came=f"overdue {_listed(sorted(late))}")
    missing = [name for name in check.overdue if name not in late]
    if missing:
        yield Miss(expected=f"overdue {_listed(missing)}", came=f"overdue {_listed(sorted(late))}")


def _places(check: Check, scene: Scene) -> Iterator[Miss]:
    if check.open_places is None:
        return
    there = [scene.company.spoken(place.id) for place in open_places(scene.case, scene.policy)]
    if sorted(there) != sorted(check.open_places):
        expected = f"open places {_listed(sorted(check.open_places))}"
        yield Miss(expected=expected, came=f"open places {_listed(sorted(there))}")


def _ledger(check: Check, scene: Scene) -> Iterator[Miss]:
    if check.ledger:
        faults = [fault for fault in map(fault_of, scene.ledgers) if fault]
        if faults:
            yield Miss(expected="an intact ledger", came="; ".join(faults))


def _listed(words: Collection[str]) -> str:
    return ", ".join(words) if words else "nobody or nothing"
