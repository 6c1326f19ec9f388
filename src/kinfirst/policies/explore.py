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
from kinfirst.core.facts import Facts
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
    """What was reached: `since` is the moment up to which time has passed over `case`, `now` that of the state."""

    case: Case
    now: datetime
    since: datetime
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
        self.facts: dict[frozenset[str], Facts] = {}
        self.states: list[_State] = []
        self.index: dict[object, int] = {}
        self.found: dict[str, Counterexample] = {}
        self.tried = 0

    def run(self) -> Exploration:
        """Breadth first, then back from where everybody is settled."""
        queue = deque([self._first()])
        while queue and len(self.states) < MOST_STATES:
            here = queue.popleft()
            for state, chance in self._next(here):
                before = len(self.states)
                known = self._known(state)
                if not chance:
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
        at = self.world.start
        state = _State(case=Case(id="explored"), now=at, since=at, history=History())
        opened = self._do(state, Step(by="officer", do=opening))
        if isinstance(opened, Refusal):
            raise ValueError(f"the case of {self.world.name} cannot be opened: {opened.rules}")
        self.states.append(msgspec.structs.replace(opened, line=self._line(opened, "officer", "opens the case")))
        return 0

    def _known(self, state: _State) -> int:
        """The number of the state that this one is; time passes over it only if it is a new one."""
        key = footprint(self.oracle, state.case, state.history, state.now)
        if key not in self.index:
            self.index[key] = len(self.states)
            state.case = self._time_passed(state)
            self.states.append(state)
            self._watch(state)
        return self.index[key]

    def _next(self, here: int) -> Iterator[tuple[_State, bool]]:
        """Every state one move away, and whether only chance brings it about."""
        state = self.states[here]
        tried: dict[Step, _State | Refusal] = {}
        reached: _State | None = None
        for move in moves(self.setting, state.case, state.history):
            if move.instead and reached is None:
                continue
            self.tried += 1
            reached = self._make(here, move, tried)
            if reached is not None:
                yield reached, move.chance
        target = next_wait(self.setting, state.case, state.history, state.now)
        if target is not None:
            self.tried += 1
            yield self._reached(here, state, target, ("time", "passes")), False

    def _make(self, here: int, move: Move, tried: dict[Step, _State | Refusal]) -> _State | None:
        """The state a minute after a move, or None if it is refused. What went wrong on the way is kept.

        `tried` is what a first step came to, which several moves from one state may share.
        """
        start = self.states[here]
        reached = _State(case=start.case, now=start.now, since=start.now, history=start.history, parent=here)
        if move.leaves:
            reached = self._left(reached, move.leaves)
        for step in move.steps:
            done = tried.get(step) if reached.case is start.case else None
            if done is None:
                done = self._do(reached, step, move=move)
                if reached.case is start.case:
                    tried[step] = done
            if isinstance(done, _State):
                reached = done
            elif not step.optional:
                return None
        return self._reached(here, reached, reached.now + MINUTE, (move.by, move.what))

    def _reached(self, here: int, state: _State, now: datetime, who_what: tuple[str, str]) -> _State:
        reached = _State(case=state.case, now=now, since=state.now, history=state.history, parent=here)
        reached.line = self._line(reached, *who_what)
        return reached

    def _do(self, state: _State, step: Step, *, move: Move | None = None) -> _State | Refusal:
        now = state.now + step.after
        command = Command(by=step.by, do=step.do, facts=self._facts(state.history.away), people=self.people)
        answer = self.engine.decide(state.case, command, self.policy, now)
        if isinstance(answer, Refusal):
            return answer
        case = state.case
        for event in answer:
            case = self.engine.fold(case, event, at=now, by=step.by)
        history = after(self.oracle, state.history, step.do, now)
        done = _State(case=case, now=now, since=state.since, history=history, parent=state.parent, line=state.line)
        if move is not None:
            self._judge(state, done, step, move)
        return done

    def _left(self, state: _State, who: str) -> _State:
        """Somebody went away, and the record took notice of it."""
        history = msgspec.structs.replace(state.history, away=state.history.away | {who})
        case = state.case
        for event in self.engine.refreshed(case, self._facts(history.away), self.policy, state.now):
            case = self.engine.fold(case, event, at=state.now, by="system")
        return msgspec.structs.replace(state, case=case, history=history)

    def _facts(self, away: frozenset[str]) -> Facts:
        """What the registry says, made once for each set of people who are away."""
        if away not in self.facts:
            self.facts[away] = self.world.facts(away)
        return self.facts[away]

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

    def _time_passed(self, state: _State) -> Case:
        """The case after time passed as the worker does it: every due moment in order, up to the state's moment."""
        case, last = state.case, state.since
        while (at := self.engine.due(case, self.policy)) is not None and at <= state.now:
            last = max(last, at)
            events = self.engine.tick(case, self.policy, last)
            if not events:
                self._keep("clock stands still", "a due moment came and changed nothing.", state, None)
                break
            for event in events:
                case = self.engine.fold(case, event, at=last, by="system")
        return case

    def _watch(self, state: _State) -> None:
        for kind, said in self.watch.look(state.case, state.history, state.now):
            self._keep(kind, said, state, None)

    def _never_settled(self, unfinished: set[int]) -> None:
        """Back from every state in which all is settled: what is not met on the way can never settle.

        Shown is the one that comes furthest: where the fewest are still to be told.
        """
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
        lost = [state for number, state in enumerate(self.states) if number not in fine]
        if lost:
            state = min(lost, key=lambda one: len(self._owed(one)))
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
