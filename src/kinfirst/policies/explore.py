"""Trying every order of what can happen in a small world, through the real core, breadth first.

Two states are one when nothing differs that the core or the oracle looks at: times count only as what they
decide (hours open, deadline passed, hold run out). Every telling that goes through is judged by the oracle;
every state is searched for a deadline nobody is warned of and for a name shown early; at the end every state
must still be able to reach one in which everybody is settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import AgencyConfirms, AlreadyAware, Command, OpenCase, Tell
from kinfirst.core.errors import Refusal
from kinfirst.core.policy import Policy
from kinfirst.policies.engine import Engine
from kinfirst.policies.families import CASUALTY, World, staff
from kinfirst.policies.footprint import after, footprint
from kinfirst.policies.moves import MINUTE, Move, Setting, Step, moves
from kinfirst.policies.oracle import History, Oracle, Telling
from kinfirst.policies.waiting import next_wait
from kinfirst.policies.watch import EARLY, Watch

MOST_STATES = 20_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a trace: when (UTC), who, what, and what came of it."""

    at: datetime
    who: str
    what: str
    result: str


class Counterexample(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong in which world, and how it came to it, step by step."""

    kind: str
    world: str
    said: str
    trace: tuple[Line, ...]


class Exploration(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen in one world. `complete` is False when there were more states than the limit."""

    world: str
    states: int
    moves: int
    complete: bool
    found: tuple[Counterexample, ...]


class _State(msgspec.Struct, kw_only=True):
    case: Case
    now: datetime
    history: History
    parent: int = -1
    line: Line | None = None
    leads_to: list[int] = []


def explore(policy: Policy, world: World, *, engine: Engine | None = None) -> Exploration:
    """Explore one world under a policy. Deterministic; nothing outside is read or written."""
    return _Explorer(policy, world, engine or Engine()).run()


class _Explorer:
    """The search of one world."""

    def __init__(self, policy: Policy, world: World, engine: Engine) -> None:
        self.policy, self.world, self.engine = policy, world, engine
        self.setting = Setting(policy=policy, world=world, staff=staff(policy))
        self.people = {**world.persons, **self.setting.staff}
        self.oracle = Oracle(policy, world)
        self.watch = Watch(engine, self.setting, self.oracle)
        self.states: list[_State] = []
        self.index: dict[object, int] = {}
        self.found: dict[str, Counterexample] = {}
        self.tried = 0

    def run(self) -> Exploration:
        """Breadth first, then back from where everybody is settled."""
        queue = deque([self._first()])
        while queue and len(self.states) < MOST_STATES:
            here = queue.popleft()
            for state in self._next(here):
                before = len(self.states)
                known = self._known(state)
                self.states[here].leads_to.append(known)
                if known == before:
                    queue.append(known)
        self._never_settled(set(queue))
        return Exploration(
            world=self.world.name,
            states=len(self.states),
            moves=self.tried,
            complete=not queue,
            found=tuple(self.found[kind] for kind in sorted(self.found)),
        )

    def _first(self) -> int:
        opening = OpenCase(casualty=CASUALTY, alias="Delta", state="unknown")
        state = _State(case=Case(id="explored"), now=self.world.start, history=History())
        opened = self._do(state, Step(by="officer", do=opening))
        if isinstance(opened, Refusal):
            raise ValueError(f"the case of {self.world.name} cannot be opened: {opened.rules}")
        self.states.append(msgspec.structs.replace(opened, line=self._line(opened, "officer", "opens the case")))
        return 0

    def _known(self, state: _State) -> int:
        key = footprint(self.policy, self.world, state.case, state.history, state.now)
        if key not in self.index:
            self.index[key] = len(self.states)
            self.states.append(state)
            self._watch(state)
        return self.index[key]

    def _next(self, here: int) -> Iterator[_State]:
        state = self.states[here]
        for move in moves(self.setting, state.case, state.history):
            self.tried += 1
            reached = self._make(state, here, move)
            if isinstance(reached, _State):
                yield reached
        target = next_wait(self.setting, state.case, state.history, state.now)
        if target is not None:
            self.tried += 1
            waited = self._pass_time(state, target)
            waited.parent, waited.line = here, self._line(waited, "time", "passes")
            yield waited

    def _make(self, state: _State, here: int, move: Move) -> _State | Refusal:
        """The state after a move, or the refusal that stops it. What went wrong on the way is kept."""
        reached = _State(case=state.case, now=state.now, history=state.history, parent=here)
        if move.leaves:
            away = msgspec.structs.replace(state.history, away=state.history.away | {move.leaves})
            reached.history = away
        for step in move.steps:
            done = self._do(reached, step, move=move)
            if isinstance(done, Refusal):
                if step.optional:
                    continue
                return done
            reached = done
        reached = self._pass_time(reached, reached.now + MINUTE)
        reached.parent, reached.line = here, self._line(reached, move.by, move.what)
        return reached

    def _do(self, state: _State, step: Step, *, move: Move | None = None) -> _State | Refusal:
        now = state.now + step.after
        command = Command(by=step.by, do=step.do, facts=self.world.facts(state.history.away), people=self.people)
        answer = self.engine.decide(state.case, command, self.policy, now)
        if isinstance(answer, Refusal):
            return answer
        case = state.case
        for event in answer:
            case = self.engine.fold(case, event, at=now, by=step.by)
        history = after(self.oracle, state.history, step.do, now)
        done = _State(case=case, now=now, history=history, parent=state.parent, line=state.line)
        if move is not None:
            self._judge(state, done, step, move)
        return done

    def _judge(self, before: _State, done: _State, step: Step, move: Move) -> None:
        do, history = step.do, before.history
        if isinstance(do, Tell):
            telling = Telling(by=step.by, person=do.place, channel=do.channel, at=done.now)
            for kind, said in self.oracle.objections(telling, history):
                self._keep(kind, said, before, self._line(done, step.by, move.what))
        if isinstance(do, AlreadyAware | AgencyConfirms) and do.place in history.settled:
            self._keep("told twice", f"{do.place} was settled twice.", before, self._line(done, step.by, move.what))
        if done.history.released and not history.released and not self.oracle.may_be_public(history, done.now):
            said = "the name was made public before the last of kin was told and the hold had run."
            self._keep(EARLY, said, before, self._line(done, step.by, move.what))

    def _pass_time(self, state: _State, target: datetime) -> _State:
        """Let time pass as the worker does: every due moment in order, up to the target."""
        case, last = state.case, state.now
        while (at := self.engine.due(case, self.policy)) is not None and at <= target:
            last = max(last, at)
            events = self.engine.tick(case, self.policy, last)
            if not events:
                stuck = _State(case=case, now=last, history=state.history, parent=state.parent, line=state.line)
                self._keep("clock stands still", "a due moment came and changed nothing.", stuck, None)
                break
            for event in events:
                case = self.engine.fold(case, event, at=last, by="system")
        return _State(case=case, now=target, history=state.history, parent=state.parent)

    def _watch(self, state: _State) -> None:
        for kind, said in self.watch.look(state.case, state.history, state.now):
            self._keep(kind, said, state, None)

    def _never_settled(self, unfinished: set[int]) -> None:
        """Back from every state in which all is settled: what is not met on the way can never settle."""
        back: dict[int, list[int]] = {}
        for number, state in enumerate(self.states):
            for reached in state.leads_to:
                back.setdefault(reached, []).append(number)
        fine = {n for n, state in enumerate(self.states) if n in unfinished or self._settled(state)}
        todo = list(fine)
        while todo:
            for number in back.get(todo.pop(), ()):
                if number not in fine:
                    fine.add(number)
                    todo.append(number)
        lost = next((n for n in range(len(self.states)) if n not in fine), None)
        if lost is not None:
            state = self.states[lost]
            waiting = ", ".join(self._owed(state)) or "everybody settled, the chain not drawn"
            self._keep("can never settle", f"from here nothing ever settles: {waiting}.", state, None)

    def _owed(self, state: _State) -> tuple[str, ...]:
        if state.history.retracted:
            return tuple(sorted(state.case.retract_duties))
        return self.oracle.still_waiting(state.history)

    def _settled(self, state: _State) -> bool:
        return not self._owed(state) and (state.history.retracted or state.case.chain is not None)

    def _line(self, state: _State, who: str, what: str) -> Line:
        told = ", ".join(sorted(state.history.settled)) or "nobody"
        return Line(at=state.now, who=who, what=what, result=f"told: {told}")

    def _keep(self, kind: str, said: str, state: _State, last: Line | None) -> None:
        """The first counterexample of each kind: breadth first, so it is a shortest one."""
        if kind in self.found:
            return
        lines: list[Line] = []
        at: _State | None = state
        while at is not None:
            lines += [at.line] if at.line is not None else []
            at = self.states[at.parent] if at.parent >= 0 else None
        trace = tuple(reversed(lines)) + ((last,) if last else ())
        self.found[kind] = Counterexample(kind=kind, world=self.world.name, said=said, trace=trace)
