"""The invariants of a case, whatever anybody tries in whatever order (style.md): a model beside the core."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kinfirst.core import Case, Command, Refusal, decide, due, fold, stage_of, tasks, tick
from kinfirst.core.commands import (
    AnyDo,
    Assign,
    ClearDoubt,
    ConfirmRoll,
    DecideTie,
    DrawChain,
    Identify,
    NoKinFound,
    Observe,
    OpenCase,
    Pronounce,
    Search,
    Tell,
    name_of,
)
from kinfirst.core.events import CaseEvent, Condoled, Told
from kinfirst.core.gate import held_for_kin, open_places, settled
from kinfirst.core.identity import level
from kinfirst.core.ledger import canonical
from kinfirst.core.roles import ROLES
from kinfirst.core.stages import TRANSITIONS
from tests.properties.anything import commands
from tests.properties.company import CASUALTY, STAFF, START, Company, companies, shuffled

MOVES = {(start, end) for start, _, end in TRANSITIONS}


class CaseMachine(RuleBasedStateMachine):
    """One case under any pack, with any family, driven by anybody."""

    @initialize(company=companies(), begun=st.sampled_from([True, True, False]))
    def open(self, company: Company, begun: bool) -> None:
        self.company = company
        self.case = Case(id="case")
        self.now: datetime = START
        self.ledger: list[tuple[CaseEvent, datetime, str]] = []
        self.told: list[str] = []
        opening = OpenCase(casualty=CASUALTY, alias="Delta", event=company.facts.event and company.facts.event.id)
        assert self.give("officer", opening)
        if begun:
            self.the_doctor_pronounces()
            self.fingerprints_come()
            self.the_chain_is_drawn()

    def give(self, by: str, do: AnyDo) -> bool:
        """Decides a command, holds what must hold of the answer, and takes the events. Whether it was allowed."""
        command = Command(by=by, do=do, facts=self.company.facts, people=self.company.people)
        before = self.case
        answer = decide(self.case, command, self.company.policy, self.now)
        if isinstance(answer, Refusal):
            assert answer.reasons
            assert all(reason.text.strip() for reason in answer.reasons)
            return False
        self.take(answer, by)
        self.held_to_the_model(before, by, do, answer)
        return True

    def take(self, events: tuple[CaseEvent, ...], by: str) -> None:
        stage = stage_of(self.case, self.company.policy)
        for event in events:
            self.case = fold(self.case, event, at=self.now, by=by)
            self.ledger.append((event, self.now, by))
        reached = stage_of(self.case, self.company.policy)
        # Events of one command may pass a stage on their way; every single step is in the table.
        assert stage == reached or (stage, reached) in MOVES or _two_steps(stage, reached), (stage, reached)

    def held_to_the_model(self, before: Case, by: str, do: AnyDo, events: tuple[CaseEvent, ...]) -> None:
        """Invariant 1, from what was done alone: nobody out of turn, before identity, in doubt, or twice."""
        for event in events:
            if not isinstance(event, Told | Condoled):
                continue
            assert event.place not in self.told
            self.told.append(event.place)
            if isinstance(event, Told):
                self.lawful(before, by, event)

    def lawful(self, before: Case, by: str, event: Told) -> None:
        assert before.death.pronounced_at is not None
        assert level(before) >= self.company.policy.identity.min
        assert not before.retracted
        assert by != event.place
        waived = {waiver.rule for waiver in before.waivers if self.now < waiver.until}
        assert not before.doubts or "R46" in waived
        chain = self.case.chain
        assert chain is not None
        place = chain.find(event.place)
        assert place is not None
        earlier = []
        for tier in chain.tiers:
            if place in tier.places:
                break
            earlier += [p for p in tier.places if not settled(self.case, p)]
        lifted = waived & {"R23"} or before.closing.leak
        assert not earlier or lifted, (event.place, earlier)

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        do = data.draw(commands(self.now))
        roles = ROLES[name_of(do)]
        able = [who for who, person in STAFF.items() if not roles or set(roles) & set(person.roles)]
        anybody = st.sampled_from([*STAFF, "ana", "leader", "system"])
        # More often somebody who may: the interesting refusals come after the role.
        self.give(
            data.draw(st.one_of(st.sampled_from(able or ["system"]), st.sampled_from(able or ["system"]), anybody)), do
        )

    @precondition(lambda self: self.case.death.pronounced_at is None)
    @rule()
    def the_doctor_pronounces(self) -> None:
        marks = ("wristband", "body_mark")
        self.give("doctor", Observe(what="start"))
        self.time_passes(6)
        self.give("doctor", Pronounce(mode="present", witness="nurse", identifiers=marks))

    @precondition(lambda self: bool(self.case.doubts))
    @rule()
    def the_doubt_is_cleared(self) -> None:
        self.give("chief", ClearDoubt(why="looked again"))
        self.give("deputy", ClearDoubt(why="looked again"))

    @precondition(lambda self: bool(self.case.kinship.tied))
    @rule(data=st.data())
    def the_tie_is_decided(self, data: st.DataObject) -> None:
        order = data.draw(st.permutations(self.case.kinship.tied))
        self.give("chief", DecideTie(order=tuple(order), why="as they agreed"))

    @precondition(lambda self: self.case.chain is not None and held_for_kin(self.case, self.company.policy))
    @rule()
    def kin_are_searched_for(self) -> None:
        for step in self.company.policy.retry.search:
            self.give("officer", Search(person="kin", step=step, result="nobody"))
        self.give("officer", NoKinFound())

    @precondition(lambda self: level(self.case) < 4)
    @rule()
    def fingerprints_come(self) -> None:
        self.give("coroner", Identify(as_=CASUALTY, method="fingerprint", evidence="ten prints"))

    @precondition(lambda self: self.case.death.pronounced_at is not None and self.case.chain is None)
    @rule()
    def the_chain_is_drawn(self) -> None:
        self.give("officer", ConfirmRoll(note="asked again"))
        self.give("officer", DrawChain())

    @precondition(lambda self: self.case.chain is not None)
    @rule(data=st.data())
    def somebody_is_told(self, data: st.DataObject) -> None:
        places = open_places(self.case, self.company.policy)
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        partner = data.draw(_interpreters)
        team = Assign(place=place.id, lead="chaplain", team=("officer",), interpreter=partner)
        self.give("officer", team)
        for by in ("chaplain", place.through and self.holder(place.through)):
            if by:
                self.give(by, Tell(place=place.id, channel="person", understood=True))

    def holder(self, office: str) -> str | None:
        found = self.company.facts.office(office)
        return found.holder if found else None

    @rule(minutes=st.sampled_from([1, 5, 31, 70, 8 * 60, 25 * 60, 40 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        target = self.now + timedelta(minutes=minutes)
        for _ in range(200):
            at = due(self.case, self.company.policy)
            if at is None or at > target:
                break
            self.now = max(self.now, at)
            events = tick(self.case, self.company.policy, self.now)
            assert events, "a due moment came and changed nothing: the clock would stand still"
            self.take(events, "system")
        else:
            raise AssertionError("more due moments than a case can have")
        self.now = target

    @rule(order=st.integers(1, 6), data=st.data())
    def the_order_of_lists_does_not_matter(self, order: int, data: st.DataObject) -> None:
        """Invariant 2: the same facts in another order give the same events, or the same refusal."""
        do = data.draw(
            commands(self.now, names=("draw_chain", "tell", "assign", "add_kin", "declare_bond", "decide_tie"))
        )
        by = data.draw(st.sampled_from(["officer", "chief", "chaplain"]))
        answers: list[Any] = []
        for facts in (self.company.facts, shuffled(self.company.facts, order)):
            command = Command(by=by, do=do, facts=facts, people=self.company.people)
            answers.append(decide(self.case, command, self.company.policy, self.now))
        first, second = (_said(answer) for answer in answers)
        assert first == second

    @invariant()
    def the_ledger_is_the_state(self) -> None:
        """Invariant 3: folding the ledger again, from its own bytes, gives the state."""
        if not hasattr(self, "ledger"):
            return
        state = Case(id="case")
        for event, at, by in self.ledger:
            read = msgspec.json.decode(canonical(event), type=CaseEvent)
            assert read == event
            state = fold(state, read, at=at, by=by)
        assert state == self.case

    @invariant()
    def who_heard_an_older_version_is_owed_a_correction(self) -> None:
        """Invariant 4."""
        if not hasattr(self, "case") or self.case.retracted:
            return
        for who, telling in self.case.told.items():
            if telling.heard < self.case.version:
                assert who in self.case.corrections, who

    @invariant()
    def every_open_place_is_owned(self) -> None:
        """Invariant 5: whoever waits, somebody holds a task about them that has a due time."""
        if not hasattr(self, "case") or self.case.closing.closed:
            return
        open_tasks = tasks(self.case, self.company.policy)
        assert all(task.holder and task.due for task in open_tasks)
        owned = {task.about for task in open_tasks}
        assert [p.id for p in open_places(self.case, self.company.policy) if p.id not in owned] == []
        # Somebody identified whose death nobody has pronounced may be alive: that waits for nothing.
        if stage_of(self.case, self.company.policy) in ("pronounced", "identified", "telling"):
            assert open_tasks
        names = [task.name for task in open_tasks]
        assert len(names) == len(set(names))


_interpreters = st.sampled_from([None, "nurse"])


def _said(answer: Any) -> Any:
    """What was decided, without the facts that were taken down: those are listed as they came."""
    if isinstance(answer, Refusal):
        return sorted((reason.rule, reason.text) for reason in answer.reasons)
    return [canonical(event) for event in answer if type(event).__name__ != "FactsTaken"]


def _two_steps(start: str, end: str) -> bool:
    return any((start, middle) in MOVES and (middle, end) in MOVES for _, middle in MOVES)


CaseMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestCaseMachine = CaseMachine.TestCase
