"""What is looked for in every state: a deadline nobody is warned of, a name shown before its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.core.task import Task
from kinfirst.policies.engine import Engine
from kinfirst.policies.moves import Setting
from kinfirst.policies.oracle import History, Oracle, open_at

BEFORE_THE_CHAIN = ("identify", "draw_chain", "confirm_roll", "declare_or_search_kin", "decide_tie")
UNWARNED = "deadline without a warning"
EARLY = "name shown early"
Found = Iterator[tuple[str, str]]


class Watch:
    """Looks at states of one world through the core's own tasks and disclosure."""

    def __init__(self, engine: Engine, setting: Setting, oracle: Oracle) -> None:
        self.engine, self.setting, self.oracle = engine, setting, oracle

    def look(self, case: Case, history: History, now: datetime) -> Found:
        """Everything wrong with a state: the kind of wrong, and a sentence."""
        if not history.retracted:
            yield from self._warnings(case, history, now)
        yield from self._names(case, history)

    def _warnings(self, case: Case, history: History, now: datetime) -> Found:
        deadline = self.setting.world.start + self.setting.policy.deadline_kin
        open_tasks = self.engine.tasks(case, self.setting.policy)
        turn = self._kin_whose_turn_it_is(case, history)
        for who in turn:
            about = [task for task in open_tasks if task.about == who or task.about.endswith(f":{who}")]
            asked = any(task.kind == "decide_hours" and task.due <= deadline for task in about)
            if now < deadline and self._clash(who, deadline, history) and not asked:
                yield UNWARNED, f"the deadline of {who} falls into closed hours and nobody is asked to decide."
            if not self._warned(about, case, deadline, now):
                yield UNWARNED, f"the deadline of {who} passes and no task says so."
        if history.pronounced and case.chain is None:
            before = [task for task in open_tasks if task.kind in BEFORE_THE_CHAIN or task.kind == "escalate"]
            if not self._warned(before, case, deadline, now):
                yield UNWARNED, "the deadline passes before the chain is drawn and no task says so."

    def _kin_whose_turn_it_is(self, case: Case, history: History) -> tuple[str, ...]:
        first, second = self.oracle.kin(history)
        if case.chain is None:
            return ()
        waiting = [who for who in (first | second) if who not in history.settled | history.passed]
        return tuple(sorted(who for who in waiting if not self.oracle.waiting_before(who, history)))

    def _clash(self, who: str, deadline: datetime, history: History) -> bool:
        decided = any(rule == "R25" and place in ("", who) for rule, place, _ in history.waived)
        closed = not open_at(self.setting.policy, self.setting.world.persons.get(who), deadline)
        return closed and not decided and not history.leak

    def _warned(self, about: list[Task], case: Case, deadline: datetime, now: datetime) -> bool:
        """Before the deadline a task is due by it; after it, the lateness was noted or is escalated."""
        if now <= deadline:
            return any(task.due <= deadline for task in about)
        return any(task.kind == "escalate" or task.name in case.escalated for task in about)

    def _names(self, case: Case, history: History) -> Found:
        if history.released:
            return
        for who, person in self.setting.world.persons.items():
            if who not in history.settled and self.engine.may_see(case, person):
                yield EARLY, f"{who} can see who it is and has not been told."
