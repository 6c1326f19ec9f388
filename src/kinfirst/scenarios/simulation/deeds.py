"""Commands as people give them in the simulation: performed for real, sometimes twice, undone, or late, and judged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from kinfirst.core.commands import HOUSE_COMMANDS, AnyDo, command_from
from kinfirst.records import models
from kinfirst.records.actions import Given, Outcome, perform
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.journal import Journal
from kinfirst.scenarios.simulation.plan import Plan

UNDONE, REPEATED = 0.01, 0.02


class Broken(Exception):
    """An invariant of style.md does not hold: which, and what was seen."""

    def __init__(self, invariant: str, said: str) -> None:
        super().__init__(f"{invariant}: {said}")
        self.invariant, self.said = invariant, said


class Deed(NamedTuple):
    """One command by somebody."""

    by: str
    do: str
    args: dict[str, Any]


class _Undone(Exception):
    """The end of a transaction that is undone."""


class Desk:
    """Where commands come in. `moved` are the ledgers that may have changed since they were last checked."""

    def __init__(self, plan: Plan, chance: random.Random, journal: Journal) -> None:
        self.plan, self.chance, self.journal = plan, chance, journal
        self.moved: set[str] = set()
        self.done = self.refused = self.repeated = self.undone = 0

    def give(self, deed: Deed, *, realm: str, now: datetime, case: str | None = None) -> Outcome:
        """Performs it once, whatever happens to it on its way."""
        do = command_from(deed.do, deed.args)
        key = f"k{self.journal.steps}" if self._happens("repeat", REPEATED) else None
        given = Given(realm=realm, by=deed.by, now=now, key=key)
        if self._happens("rollback", UNDONE):
            self._undo(do, given, case)
        outcome = perform(do, given=given, case=case)
        if key is not None:
            self._again(do, given, case, outcome)
        ledger = f"house-{realm}" if deed.do in HOUSE_COMMANDS else outcome.case or case
        self.moved.update({f"house-{realm}"} if ledger is None else {ledger, f"house-{realm}"})
        self._write(deed, now, outcome)
        return outcome

    def judged(self, account: CaseAccount, deed: Deed, *, case: str, now: datetime) -> Outcome:
        """The same, held against what was done in that case before."""
        outcome = self.give(deed, realm=account.town.realm, now=now, case=case)
        if outcome.refusal is None:
            do = command_from(deed.do, deed.args)
            for said in account.objections(deed.by, do, now):
                raise Broken("1 told in turn and once", f"case {case}: {said}")
            account.take(deed.by, do, now)
        return outcome

    def _happens(self, fault: str, often: float) -> bool:
        return fault in self.plan.faults and self.chance.random() < often

    def _write(self, deed: Deed, now: datetime, outcome: Outcome) -> None:
        if outcome.refusal is None:
            self.done += 1
        else:
            self.refused += 1
        refused = {"refused": list(outcome.refusal.rules)} if outcome.refusal else {}
        found = {"case": outcome.case, "seq": outcome.seq, "by": deed.by}
        self.journal.step(now, deed.do, **found, **refused)

    def _undo(self, do: AnyDo, given: Given, case: str | None) -> None:
        """All of it is written and none of it stays."""
        self.undone += 1
        with self._unchanged("3 the ledger is the state", "a transaction that was undone left something"):
            try:
                with transaction.atomic():
                    perform(do, given=given, case=case)
                    raise _Undone
            except _Undone:
                self.journal.step(given.now, "undone", command=type(do).__name__)

    def _again(self, do: AnyDo, given: Given, case: str | None, before: Outcome) -> None:
        """The same command comes once more under its key."""
        self.repeated += 1
        with self._unchanged("1 nothing twice", "a command that came twice was done twice"):
            again = perform(do, given=given, case=case)
        same = msgspec.structs.replace(again, repeated=False, stands=before.stands) == before
        if not again.repeated or not same:
            raise Broken("1 nothing twice", "a command that came twice was answered in two ways")

    @contextmanager
    def _unchanged(self, invariant: str, said: str) -> Iterator[None]:
        before = _heads()
        yield
        if _heads() != before:
            raise Broken(invariant, said)


def _heads() -> list[tuple[Any, ...]]:
    columns = ("id", "seq", "head", "version", "outbox_count")
    return [tuple(row) for row in models.Case.objects.order_by("id").values_list(*columns)]
