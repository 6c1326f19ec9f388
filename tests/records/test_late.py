"""What was done at a door without network, and recorded later (decision 0005)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from kinfirst.core.case import Case
from kinfirst.core.commands import Command, command_from
from kinfirst.core.errors import Refusal
from kinfirst.core.lateness import Late, decide_late
from kinfirst.people import facts as registry_facts
from kinfirst.people import registry
from kinfirst.records import checking, queries, reading
from kinfirst.records.actions import Given, Outcome, perform_named
from kinfirst.records.timeline import learnt
from kinfirst.scenarios.player import Played
from tests.plays import played

pytestmark = pytest.mark.django_db
NEW_YORK_5AM = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)
TELL = {"channel": "person", "understood": True}


def at_the_door() -> Played:
    """Zulu: Rowe and Tan are sent to the wife; she lives in New York, where the hours are 05:00 to 24:00."""
    return played("rule-r25-twenty-four-hundred", steps=6)


class Scene:
    """One case, and who does what in it when."""

    def __init__(self, play: Played) -> None:
        self.play, self.ids = play, play.company.ids
        (self.case,) = play.cases.values()

    def do(self, who: str, name: str, now: datetime, *, happened: datetime | None = None, **more: Any) -> Outcome:
        known = {key: self.ids.get(value, value) if isinstance(value, str) else value for key, value in more.items()}
        given = Given(realm=self.play.company.realm, by=self.ids[who], now=now, happened=happened)
        return perform_named(name, known, given=given, case=self.case)

    def ok(self, who: str, name: str, now: datetime, **more: Any) -> None:
        """The same, accepted."""
        assert self.do(who, name, now, **more).refusal is None

    def command(self) -> None:
        """The head of the division may decide exceptions."""
        registry.set_roles(self.play.company.realm, self.ids["head"], ("authority",))

    def reassign(self, now: datetime) -> None:
        """An authority lets another team take the wife's place."""
        self.command()
        self.ok("head", "override", now, rule="R31", place="wife", reason="r", minutes=5, second="nurse")
        self.ok("officer", "assign", now, place="wife", lead="diaz", team=[self.ids["wu"]])

    @property
    def state(self) -> Case:
        return queries.case_state(self.case)

    def tasks(self) -> set[str]:
        handles = {id: handle for handle, id in self.ids.items()}
        return {
            f"{task.kind}:{handles.get(task.about, task.about)}" if task.about else task.kind
            for task in queries.case_tasks(self.case)
        }

    def intact(self) -> bool:
        stored = next(iter(reading.stored(connection, [self.case])))
        return checking.check_case(stored).wrong == ()


@pytest.fixture
def scene() -> Scene:
    return Scene(at_the_door())


def ny(hour: int, minute: int = 0, *, day: int = 7) -> datetime:
    """That time on a clock in New York; on 8 March 2026 from two in the night it is summer time."""
    offset = 4 if day > 7 and hour >= 3 else 5
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) + timedelta(hours=offset)


def test_it_is_judged_by_when_it_was_done_and_written_in_order(scene: Scene) -> None:
    done, now = ny(23, 50), ny(0, 30, day=8)
    assert scene.do("rowe", "tell", now, place="wife", **TELL).refusal is not None
    outcome = scene.do("rowe", "tell", now, happened=done, place="wife", **TELL)
    assert outcome.refusal is None
    entries = queries.entries(scene.case)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries if entry.at)
    assert entries[outcome.seq - 1].at == now
    assert scene.state.told[scene.ids["wife"]].at == done
    assert [one.at for one in learnt(scene.case) if one.who == scene.ids["wife"]] == [done]
    assert scene.intact()


def test_the_hours_are_those_of_the_tap_not_of_its_arrival(scene: Scene) -> None:
    outcome = scene.do("rowe", "tell", NEW_YORK_5AM, happened=ny(4, 30, day=8), place="wife", **TELL)
    assert outcome.refusal is not None
    assert "R25" in outcome.refusal.rules
    assert scene.ids["wife"] not in scene.state.told
    assert "settle_late:wife" in scene.tasks()
    (task,) = [one for one in queries.case_tasks(scene.case) if one.kind == "settle_late"]
    assert (task.holder, task.due) == ("role:casualty_officer", NEW_YORK_5AM + timedelta(minutes=30))
    assert scene.intact()


def test_a_conflict_is_settled_by_a_record_of_what_is_true(scene: Scene) -> None:
    scene.do("rowe", "tell", NEW_YORK_5AM, happened=ny(4, 30, day=8), place="wife", **TELL)
    more = {"place": "wife", "source": "told before the hours began", "right": True}
    assert scene.do("officer", "already_aware", NEW_YORK_5AM + timedelta(minutes=9), **more).refusal is None
    assert "settle_late:wife" not in scene.tasks()
    assert scene.intact()


def test_an_exception_granted_afterwards_does_not_reach_back(scene: Scene) -> None:
    waiver = {"rule": "R25", "place": "wife", "reason": "r", "minutes": 60, "second": "nurse"}
    scene.command()
    assert scene.do("head", "override", ny(1, 0, day=8), **waiver).refusal is None
    before = scene.do("rowe", "tell", ny(1, 20, day=8), happened=ny(0, 50, day=8), place="wife", **TELL)
    assert before.refusal is not None
    assert "R25" in before.refusal.rules
    during = scene.do("rowe", "tell", ny(1, 40, day=8), happened=ny(1, 30, day=8), place="wife", **TELL)
    assert during.refusal is None


def test_before_the_assignment_nobody_was_the_notifier_of_record(scene: Scene) -> None:
    outcome = scene.do("rowe", "tell", ny(23, 10), happened=ny(22, 41), place="wife", **TELL)
    assert outcome.refusal is not None
    assert "R31" in outcome.refusal.rules


def test_reassigned_meanwhile_the_telling_still_counts(scene: Scene) -> None:
    scene.reassign(ny(23, 20))
    assert scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10), place="wife", **TELL).refusal is None
    assert not any(task.startswith("attempt:") for task in scene.tasks())


def test_told_by_two_is_a_conflict_and_owes_a_correction(scene: Scene) -> None:
    scene.reassign(ny(23, 20))
    assert scene.do("diaz", "tell", ny(23, 30), place="wife", **TELL).refusal is None
    outcome = scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10), place="wife", **TELL)
    assert outcome.refusal is not None
    assert outcome.refusal.rules == ("R70",)
    assert {"settle_late:wife", "correct:wife"} <= scene.tasks()
    assert scene.do("diaz", "correct", ny(23, 50), person="wife", channel="person").refusal is None
    assert not {"settle_late:wife", "correct:wife"} & scene.tasks()
    assert scene.intact()


def test_newer_facts_are_owed_to_one_who_heard_the_old(scene: Scene) -> None:
    scene.ok("officer", "amend", ny(23, 20), fact="place", value="the depot", why="first report was wrong")
    assert scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10), place="wife", **TELL).refusal is None
    assert scene.state.told[scene.ids["wife"]].version == 1
    assert "correct:wife" in scene.tasks()


def test_a_doubt_raised_meanwhile_is_owed_at_once(scene: Scene) -> None:
    scene.ok("nurse", "flag_doubt", ny(23, 20), about="identity")
    assert scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10), place="wife", **TELL).refusal is None
    assert "tell_doubt:wife" in scene.tasks()
    after = scene.do("rowe", "tell", ny(23, 45), happened=ny(23, 25), place="mother", **TELL)
    assert after.refusal is not None
    assert "R46" in after.refusal.rules


def test_a_retraction_meanwhile_is_owed_at_once(scene: Scene) -> None:
    scene.command()
    assert scene.do("head", "retract", ny(23, 20), kind="alive", second="officer").refusal is None
    assert scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10), place="wife", **TELL).refusal is None
    assert "retract:wife" in scene.tasks()
    assert scene.intact()


def test_a_visit_in_vain_plans_the_next_from_when_it_was(scene: Scene) -> None:
    assert scene.do("rowe", "attempt", ny(23, 40), happened=ny(23, 0), place="wife", result="no_answer").refusal is None
    assert scene.state.again[scene.ids["wife"]] == NEW_YORK_5AM


def test_a_visit_in_vain_of_somebody_told_meanwhile_plans_nothing(scene: Scene) -> None:
    assert scene.do("rowe", "tell", ny(23, 30), place="wife", **TELL).refusal is None
    assert scene.do("rowe", "attempt", ny(23, 40), happened=ny(23, 0), place="wife", result="no_answer").refusal is None
    assert scene.ids["wife"] not in scene.state.again


def test_a_leak_heard_of_on_the_way_counts_for_the_telling_after_it(scene: Scene) -> None:
    now = ny(1, 0, day=8)
    assert scene.do("rowe", "leak", now, happened=ny(0, 10, day=8), source="a neighbour").refusal is None
    assert scene.state.closing.leak == ny(0, 10, day=8)
    told = {"channel": "phone", "understood": True}
    assert scene.do("rowe", "tell", now, happened=ny(0, 20, day=8), place="wife", **told).refusal is None


def test_the_next_tier_told_by_the_same_telephone_is_accepted_in_order(scene: Scene) -> None:
    scene.ok("officer", "assign", ny(22, 50), place="mother", lead="rowe", team=[scene.ids["tan"]])
    now = ny(23, 58)
    early = scene.do("rowe", "tell", now, happened=ny(23, 30), place="mother", **TELL)
    assert early.refusal is not None
    assert "R23" in early.refusal.rules
    assert scene.do("rowe", "tell", now, happened=ny(23, 10), place="wife", **TELL).refusal is None
    assert scene.do("rowe", "tell", now, happened=ny(23, 30), place="mother", **TELL).refusal is None
    assert "settle_late:mother" not in scene.tasks()


def test_after_the_case_was_closed_it_is_refused(scene: Scene) -> None:
    then = scene.state
    closed = msgspec.structs.replace(then, closing=msgspec.structs.replace(then.closing, closed=True))
    do = command_from("tell", {"place": scene.ids["wife"], **TELL})
    people = dict(then.facts.persons)
    people |= registry_facts.persons([scene.ids["rowe"]])
    command = Command(by=scene.ids["rowe"], do=do, facts=then.facts, people=people)
    policy = queries.case_policy(scene.case)
    answer = decide_late(closed, command, policy, ny(23, 59), late=Late(happened=ny(23, 10), then=then))
    assert isinstance(answer, Refusal)
    assert answer.rules == ("stage",)


def test_nothing_else_may_be_brought_late(scene: Scene) -> None:
    outcome = scene.do("officer", "confirm_roll", ny(23, 40), happened=ny(23, 10))
    assert outcome.refusal is not None
    assert outcome.refusal.rules == ("argument",)


def test_a_moment_that_is_not_past_is_now(scene: Scene) -> None:
    now = ny(23, 40)
    outcome = scene.do("rowe", "tell", now, happened=now + timedelta(hours=3), place="wife", **TELL)
    assert outcome.refusal is None
    assert scene.state.told[scene.ids["wife"]].at == now


def test_a_moment_needs_its_zone(scene: Scene) -> None:
    with pytest.raises(ValueError, match="time zone"):
        scene.do("rowe", "tell", ny(23, 40), happened=ny(23, 10).replace(tzinfo=None), place="wife", **TELL)
