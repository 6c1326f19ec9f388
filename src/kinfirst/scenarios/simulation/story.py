"""The story of one casualty, by people who do the next thing or the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kinfirst.core.case import Case
from kinfirst.core.gate import all_settled
from kinfirst.records import queries
from kinfirst.scenarios.simulation import aftercare, mischief, prelude, telling
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.deeds import Deed, Desk
from kinfirst.scenarios.simulation.town import Family, Town

TROUBLE = 0.15
LATE = 0.1
LIVES = 0.05
UNKNOWN = 0.2
QUICK, SLOW, LONGEST = 15.0, 240.0, 1440.0
"""Minutes between one deed and the next, on the average: while somebody is to be told, after that, and where all is
refused."""
NEVER_ANSWERS = 0.1


class Story:
    """One case on its way. `act` does one thing and says when the next is done."""

    def __init__(self, town: Town, desk: Desk, family: Family) -> None:
        self.town, self.desk, self.family = town, desk, family
        self.account = CaseAccount(town, family)
        self.case = ""
        self.lives = town.chance.random() < LIVES
        self.late = "late" in desk.plan.faults and town.chance.random() < LATE
        self._lines: Iterator[prelude.Line] = iter(())
        self._began: datetime | None = None
        self._next: prelude.Line | None = None
        self._in_vain = 0
        self._answers: list[tuple[datetime, str]] = []

    def act(self, now: datetime) -> datetime | None:
        """Does the next thing; None once there is nothing more to come."""
        if not self.case:
            return self._open(now)
        if self._next is not None and self._began is not None:
            return self._go_on(now)
        state = queries.case_state(self.case)
        if state.closing.closed:
            return self._reopened(now)
        self._one_thing(state, now)
        mean = min(LONGEST, (SLOW if all_settled(state, self.account.policy) else QUICK) * 2**self._in_vain)
        return now + timedelta(minutes=1 + self.town.chance.expovariate(1 / mean))

    def org_has_it(self, org: str, now: datetime) -> None:
        """An organisation has its notice: it answers within days, or never."""
        if self.town.chance.random() >= NEVER_ANSWERS:
            days = self.town.chance.choice((0.1, 0.5, 2, 9))
            self._answers.append((now + timedelta(days=days), org))

    def _open(self, now: datetime) -> datetime:
        chance = self.town.chance
        said: dict[str, Any] = {
            "alias": "-",
            "state": "injured" if self.lives else chance.choice(("unknown", "missing")),
        }
        if self.lives or chance.random() >= UNKNOWN:
            said["casualty"] = self.family.casualty
        if self.family.event:
            said["event"] = self.family.event
        if chance.random() < 0.3:
            said["received"] = now - timedelta(minutes=chance.randint(1, 90))
        deed = Deed(self.town.one("doctor", "officer", "coordinator"), "open_case", said)
        outcome = self.desk.give(deed, realm=self.town.realm, now=now)
        if outcome.case is None:
            return now + timedelta(hours=1)
        self.case, self._began = outcome.case, now
        if not self.lives:
            self._lines = prelude.lines(self.town, self.family)
            self._next = next(self._lines, None)
        return self._at(now)

    def _go_on(self, now: datetime) -> datetime:
        """The next line of the first hour; told of an hour later, with its moment, where nobody had time to write."""
        line, began = self._next, self._began
        if line is None or began is None:
            return now
        deed = line.deed
        if self.late and line.dated:
            when = began + timedelta(minutes=line.minutes)
            deed = Deed(deed.by, deed.do, {**deed.args, "when": when})
        self._give(deed, now)
        self._next = next(self._lines, None)
        return self._at(now)

    def _at(self, now: datetime) -> datetime:
        if self._next is None or self._began is None:
            return now + timedelta(minutes=5)
        later = 70 if self.late else 0
        return max(now, self._began + timedelta(minutes=self._next.minutes + later))

    def _one_thing(self, state: Case, now: datetime) -> None:
        answer = self._answer(now)
        if answer is not None:
            self._give(answer, now)
            return
        if self.town.chance.random() < TROUBLE:
            deed = mischief.trouble(state, self.account, now)
            if deed is not None:
                self._give(deed, now)
                return
        could = [*self._forward(state, now), *aftercare.next_steps(state, self.account, now)]
        if could:
            self._give(self.town.chance.choice(could), now)

    def _forward(self, state: Case, now: datetime) -> Iterator[Deed]:
        """The chain; of somebody who lives, only that it is known who they are."""
        if not self.lives:
            yield from telling.next_steps(state, self.account, now)
        elif telling.not_sure(state, self.account):
            yield from telling.identification(self.account)
        else:
            yield Deed(self.town.one("officer"), "close_case", {})

    def _answer(self, now: datetime) -> Deed | None:
        come = [pair for pair in self._answers if pair[0] <= now]
        if not come:
            return None
        self._answers.remove(come[0])
        return Deed("system", "org_acknowledged", {"org": come[0][1], "number": "R-1"})

    def _give(self, deed: Deed, now: datetime) -> None:
        outcome = self.desk.judged(self.account, deed, case=self.case, now=now)
        self._in_vain = 0 if outcome.refusal is None else self._in_vain + 1
        if deed.do == "pronounce" and outcome.refusal is None:
            self.town.care.pop(self.family.casualty, None)

    def _reopened(self, now: datetime) -> datetime | None:
        """A closed case is done with, but for a few that are opened again."""
        if self.town.chance.random() < 0.1:
            self._give(Deed(self.town.one("officer"), "reopen_case", {}), now)
            said = {"fact": "cause", "value": "as the inquest found", "why": "the inquest"}
            self._give(Deed(self.town.one("coroner"), "amend", said), now)
            return now + timedelta(hours=5)
        return None
