"""The invariants of style.md, looked for in every ledger that has moved, and in the whole record from time to time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db import connection

from kinfirst.core import decide
from kinfirst.core.case import Case
from kinfirst.core.commands import Command, DrawChain
from kinfirst.core.errors import Refusal
from kinfirst.core.events import FactsTaken
from kinfirst.core.facts import Facts
from kinfirst.core.gate import open_places
from kinfirst.core.ledger import canonical
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.tasks import tasks
from kinfirst.records import models, outbox, policies, queries, reading, seals, store
from kinfirst.records.checking import check_case
from kinfirst.records.gathering import case_facts, people_of
from kinfirst.records.snapshots import CASE, case_of
from kinfirst.records.verify import verify
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.deeds import Broken, Desk
from kinfirst.scenarios.simulation.naming import named
from kinfirst.scenarios.simulation.receiver import Receiver
from kinfirst.scenarios.simulation.shifts import Shifts

BATCH = 100
SHUFFLED = 0.1
OPEN_STAGES = ("pronounced", "identified", "telling")
_Thing = TypeVar("_Thing")


class Watch:
    """Looks at the record, and raises Broken at the first thing that does not hold."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk, self._chance = desk, chance
        self._editions: dict[str, str] = {}
        self.checked = 0

    def moved(self, accounts: Mapping[str, CaseAccount], houses: Iterable[Shifts], now: datetime) -> None:
        """Every ledger that moved since the last look."""
        ids = sorted(self._desk.moved)
        self._desk.moved.clear()
        for start in range(0, len(ids), BATCH):
            for stored in reading.stored(connection, ids[start : start + BATCH]):
                self._ledger(stored, accounts, now)
        for house in houses:
            house.check(queries.house_state(house.town.realm))

    def whole(self, now: datetime) -> None:
        """The record's own check of everything there is, sealed as it stands."""
        seals.seal(now)
        report = verify()
        if report.wrong:
            raise Broken("3 the ledger is the state", report.wrong[0].sentence())

    def outbox(self, receiver: Receiver) -> None:
        """At the end: every message that left arrived, and once; every other one is kept where a person sees it."""
        for id, state in models.Outbox.objects.order_by("id").values_list("id", "state"):
            times = receiver.has[id]
            if times > 1 or (state in (outbox.SENT, outbox.DELIVERED)) != (times == 1):
                raise Broken("outbox", f"message {id} is {state} and arrived {times} times")

    def _ledger(self, stored: reading.Stored, accounts: Mapping[str, CaseAccount], now: datetime) -> None:
        self.checked += 1
        wrong = check_case(stored).wrong
        if wrong:
            raise Broken("3 the ledger is the state", wrong[0].sentence())
        no_names(stored)
        id = stored.case["id"]
        if stored.case["kind"] != CASE:
            return
        digest = stored.case["policy_digest"]
        if self._editions.setdefault(id, digest) != digest:
            raise Broken("7 an edition stays with its case", f"case {id} is decided under another edition")
        row = store.Row(**{name: stored.case[name] for name in (*store.PLAIN, "head", "snapshot")})
        state, policy = case_of(row), policies.policy(digest)
        _told_as_done(state, accounts[id])
        look_at(state, policy)
        if self._chance.random() < SHUFFLED:
            self._any_order(state, policy, row, now)

    def _any_order(self, state: Case, policy: Policy, row: store.Row, now: datetime) -> None:
        """The same facts in another order give the same answer."""
        facts = case_facts(state, None, policy=policy, realm=row.realm)
        people = people_of(DrawChain(), by="", realm=row.realm, name="draw_chain")
        answers = [
            _said(decide(state, Command(by="system", do=DrawChain(), facts=given, people=people), policy, now))
            for given in (facts, self._shuffled(facts))
        ]
        if answers[0] != answers[1]:
            raise Broken("2 the order of lists does not matter", f"case {row.id}: the chain depends on it")

    def _shuffled(self, facts: Facts) -> Facts:
        persons = dict(self._mixed(list(facts.persons.items())))
        return msgspec.structs.replace(
            facts, persons=persons, kin=tuple(self._mixed(facts.kin)), offices=tuple(self._mixed(facts.offices))
        )

    def _mixed(self, things: Sequence[_Thing]) -> list[_Thing]:
        return self._chance.sample(things, len(things))


def _said(answer: Any) -> list[bytes]:
    """What was decided, without the facts that were taken down: those are listed as they came."""
    if isinstance(answer, Refusal):
        return sorted(canonical(reason) for reason in answer.reasons)
    return [canonical(event) for event in answer if not isinstance(event, FactsTaken)]


def no_names(stored: reading.Stored) -> None:
    """Neither the ledger nor what is sent holds somebody's name."""
    carried = {"records_entry": store.ENTRY.index("data"), "records_outbox": store.MESSAGE.index("payload")}
    for table, column in carried.items():
        for row in stored.rows[table]:
            if named(str(row[column])):
                raise Broken("6 no name gets out", f"{table} of ledger {stored.case['id']} holds somebody's name")


def _told_as_done(state: Case, account: CaseAccount) -> None:
    if list(state.told) != account.told:
        raise Broken("1 told in turn and once", f"case {state.id}: those told are not those who were")


def look_at(state: Case, policy: Policy) -> None:
    """One case as it stands: whoever heard an older version is owed a correction, whoever waits is somebody's task."""
    _owed(state)
    _owned(state, policy)


def _owed(state: Case) -> None:
    if state.retracted:
        return
    for who, telling in state.told.items():
        if telling.heard < state.version and who not in state.corrections:
            raise Broken("4 who heard an older version is owed a correction", f"case {state.id}: {who} is not")


def _owned(state: Case, policy: Policy) -> None:
    if state.closing.closed:
        return
    found = tasks(state, policy)
    owned = {task.about for task in found if task.holder}
    left = [place.id for place in open_places(state, policy) if place.id not in owned]
    if left:
        raise Broken("5 every place owned", f"case {state.id}: nobody holds {', '.join(left)}")
    if stage_of(state, policy) in OPEN_STAGES and not found:
        raise Broken("5 every place owned", f"case {state.id} waits for nothing")
