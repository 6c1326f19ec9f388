"""The simulation itself: an agenda of whoever acts next, time passing through every due moment in between."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import BinaryIO

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.people import models as people
from kinfirst.people.chance import drawn_from
from kinfirst.records import models
from kinfirst.scenarios.simulation.deeds import Broken, Desk
from kinfirst.scenarios.simulation.families import family
from kinfirst.scenarios.simulation.journal import Journal
from kinfirst.scenarios.simulation.nodes import Nodes
from kinfirst.scenarios.simulation.plan import START, Plan
from kinfirst.scenarios.simulation.shifts import Shifts
from kinfirst.scenarios.simulation.story import Story
from kinfirst.scenarios.simulation.town import Town
from kinfirst.scenarios.simulation.watch import Watch

DAY = timedelta(days=1)
SENDS_EVERY = timedelta(minutes=10)
ANSWERS_EVERY = timedelta(hours=4)
WHOLE_EVERY = 28
DRAIN = 40
TOGETHER = 0.25
"""How often those who die, die in one event with others."""

Act = Callable[[datetime], datetime | None]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: `broken` is None when every invariant held."""

    plan: Plan
    digest: str
    steps: int
    counts: dict[str, int]
    broken: str | None = None


def simulate(plan: Plan, out: BinaryIO | None, *, progress: Callable[[int], None] = lambda _day: None) -> Result:
    """Plays it on the database that is open. Refuses (BadInput) one with people or cases in it: time would run over
    them. Raises KinfirstError when the record itself cannot do it."""
    if models.Case.objects.exists() or people.Person.objects.exists():
        raise BadInput("simulate: this database is not empty; time would pass over everything in it")
    chance = random.Random(plan.seed)
    with drawn_from(chance.randbytes):
        return _Simulation(plan, chance, Journal(out)).run(progress)


class _Simulation:
    """Everybody who acts, and the clock."""

    def __init__(self, plan: Plan, chance: random.Random, journal: Journal) -> None:
        self.plan, self.chance, self.journal = plan, chance, journal
        self.now = self.sent = START
        self.end = START + plan.days * DAY
        self.desk = Desk(plan, chance, journal)
        self.nodes = Nodes(self.desk, chance, self._org_has_it)
        self.watch = Watch(self.desk, chance)
        self.towns = [
            Town(f"simulation-{name}", policy, chance, today=START.date()) for name, policy in plan.policies().items()
        ]
        self.shifts = [Shifts(town, self.desk) for town in self.towns]
        self.stories: list[Story] = []
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._entered = 0

    def run(self, progress: Callable[[int], None]) -> Result:
        """To the last day, or to the first thing that does not hold."""
        self.journal.line({"plan": self.plan.line})
        self._begin()
        broken = None
        try:
            self._until(self.end, progress)
            self._finish()
        except Broken as wrong:
            broken = str(wrong)
        return self._result(broken)

    def _begin(self) -> None:
        for shifts in self.shifts:
            self._enter(START + timedelta(hours=1), shifts.act)
        for day in range(1, self.plan.days + 1):
            self._enter(START + day * DAY, self._day_ends)
        self._enter(START + ANSWERS_EVERY, self._people_answer)
        self._enter(START + self.plan.days * DAY / 2, self._new_editions)
        left = self.plan.cases
        while left > 0:
            left -= self._arrivals(left)

    def _arrivals(self, left: int) -> int:
        """One casualty, or a few of one event, at some moment of the first nine tenths of the time."""
        town = self.towns[len(self.stories) % len(self.towns)]
        at = START + 0.9 * self.plan.days * DAY * self.chance.random()
        count = min(left, self.chance.randint(2, 4)) if self.chance.random() < TOGETHER else 1
        self._enter(at, lambda now: self._happens(town, count, now))
        return count

    def _happens(self, town: Town, count: int, now: datetime) -> None:
        """Somebody dies, or several do: close in age, so that they may be taken for each other."""
        town.today = now.date()
        event = f"event-{len(town.events) + 1}" if count > 1 else None
        alike = town.born(25, 35) if event else None
        stories = [Story(town, self.desk, family(town, event=event, alike=alike)) for _ in range(count)]
        if event:
            members = tuple(story.family.casualty for story in stories)
            town.gather(event, members, closed=self.chance.random() < 0.5)
        for story in stories:
            self.stories.append(story)
            self._enter(now + timedelta(minutes=self.chance.randint(0, 20)), story.act)

    def _enter(self, at: datetime, act: Act) -> None:
        self._entered += 1
        heapq.heappush(self._agenda, (at, self._entered, act))

    def _until(self, end: datetime, progress: Callable[[int], None]) -> None:
        while self._agenda and self._agenda[0][0] <= end:
            at, _, act = heapq.heappop(self._agenda)
            self.now = self.nodes.pass_time(self.now, at)
            if self.now >= self.sent + SENDS_EVERY:
                self.nodes.carry(self.now)
                self.sent = self.now
            again = act(self.now)
            if again is not None:
                self._enter(max(again, self.now + timedelta(seconds=1)), act)
            progress((self.now - START).days)

    def _day_ends(self, now: datetime) -> None:
        day = (now - START).days
        accounts = {story.case: story.account for story in self.stories if story.case}
        self.watch.moved(accounts, self.shifts, now)
        if day % WHOLE_EVERY == 0 or day == self.plan.days:
            self.watch.whole(now)
        self._people_move(now)
        self.journal.step(now, "day", number=day, cases=len(accounts))

    def _people_move(self, now: datetime) -> None:
        """Holders of offices and their deputies go away and come back."""
        for town in self.towns:
            town.today = now.date()
            office = self.chance.choice([town.offices[name] for name in sorted(town.offices)])
            who = self.chance.choice([office.holder or "", *office.deputies])
            town.change(who, away=not town.persons[who].away and self.chance.random() < 0.3)

    def _people_answer(self, now: datetime) -> datetime:
        self.nodes.answer_for_unknown(now)
        return now + ANSWERS_EVERY

    def _new_editions(self, now: datetime) -> None:
        """Half-way every house takes another edition: cases that are open keep theirs (R16)."""
        for town in self.towns:
            later = town.policy.deadline_kin + timedelta(hours=1)
            town.adopt(msgspec.structs.replace(town.policy, effective=now.date(), deadline_kin=later))

    def _org_has_it(self, case: str, org: str, now: datetime) -> None:
        story = next((story for story in self.stories if story.case == case), None)
        if story is not None:
            story.org_has_it(org, now)

    def _finish(self) -> None:
        """Whatever waits to be sent is sent, and asked after, until nothing waits; then everything is looked at."""
        for _ in range(DRAIN):
            waiting = models.Outbox.objects.exclude(state__in=("sent", "delivered", "failed"))
            if not waiting.exists():
                break
            self.now += timedelta(hours=1)
            self.nodes.carry(self.now)
            self.nodes.answer_for_unknown(self.now)
        else:
            raise Broken("outbox", "messages go round for ever")
        accounts = {story.case: story.account for story in self.stories if story.case}
        self.watch.moved(accounts, self.shifts, self.now)
        self.watch.outbox(self.nodes.receiver)
        self.watch.whole(self.now)

    def _result(self, broken: str | None) -> Result:
        heads = models.Case.objects.order_by("id").values_list("id", "seq", "head")
        written = "\n".join(f"{id} {seq} {bytes(head).hex()}" for id, seq, head in heads)
        digest = sha256(written.encode()).hexdigest()
        counts = self._counts()
        self.journal.line(
            {"steps": self.journal.steps, "log": self.journal.digest, "ledgers": digest, "broken": broken}
        )
        return Result(plan=self.plan, digest=digest, steps=self.journal.steps, counts=counts, broken=broken)

    def _counts(self) -> dict[str, int]:
        closed = models.Case.objects.filter(kind="case", closed=True).count()
        return {
            "people": people.Person.objects.count(),
            "cases": sum(bool(story.case) for story in self.stories),
            "closed": closed,
            "told": sum(len(story.account.told) for story in self.stories),
            "entries": models.Entry.objects.count(),
            "commands": self.desk.done,
            "refusals": self.desk.refused,
            "ticks": self.nodes.ticks,
            "messages": len(self.nodes.receiver.has),
            "workers died": self.nodes.deaths,
            "undone": self.desk.undone,
            "came twice": self.desk.repeated,
            "asked of a person": self.nodes.asked,
            "ledgers checked": self.watch.checked,
        }
