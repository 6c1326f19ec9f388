"""Workers of the simulation: they claim what is due and what waits to be sent, on clocks minutes apart, and die."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from kinfirst.records import claims, models, outbox, ticking
from kinfirst.records.moments import moment
from kinfirst.scenarios.simulation.deeds import Broken, Desk
from kinfirst.scenarios.simulation.receiver import Receiver

LEASE = timedelta(minutes=2)
BATCH, LANES = 50, 32
DIES = 0.01
PAUSE, THROTTLE = timedelta(minutes=5), timedelta(minutes=20)
SKEWS = (timedelta(), timedelta(minutes=3), timedelta(minutes=-4))
STUCK = 10_000


class Nodes:
    """Some workers over one database. `when_told` hears of an organisation that has its notice: case and name."""

    def __init__(self, desk: Desk, chance: random.Random, when_told: Callable[[str, str, datetime], None]) -> None:
        self.desk, self.chance, self.when_told = desk, chance, when_told
        self.receiver = Receiver(chance, bad_days="receiver" in desk.plan.faults)
        self.deaths = self.asked = self.ticks = self.carried = 0
        self._clocks = SKEWS if "skew" in desk.plan.faults else SKEWS[:1]

    def pass_time(self, now: datetime, until: datetime) -> datetime:
        """Everything that is due up to a moment, in order; gives the moment at which it ended."""
        for _ in range(STUCK):
            at = _next_claim()
            if at is None or at > until:
                return max(now, until)
            now = max(now, at)
            self._tick(now)
        raise Broken("5 every place owned", "a due moment came again and again and changed nothing")

    def carry(self, now: datetime) -> None:
        """Sends what is queued; a node that dies leaves the rest of its batch behind."""
        node, clock = self._node(now)
        rows = claims.claim_outbox(clock, node, LANES, LEASE)
        while rows:
            for row in rows:
                if self._dies():
                    break
                self._carry_one(row, node, clock)
            rows = claims.claim_outbox(clock, node, LANES, LEASE)

    def answer_for_unknown(self, now: datetime) -> None:
        """A person looks at the receiver, and says of each unknown message whether it is there."""
        claims.give_up_leases(now)
        for row in models.Outbox.objects.filter(state=outbox.UNKNOWN).order_by("id"):
            arrived = row.id in self.receiver.has
            outbox.settle(row.id, arrived=arrived, by="whoever looked", now=now)
            self._moved(row.case_id)
            self.asked += 1
            self.desk.journal.step(now, "settled", message=row.id, arrived=arrived)

    def _node(self, now: datetime) -> tuple[str, datetime]:
        number = self.chance.randrange(len(self._clocks))
        return f"node{number}", now + self._clocks[number]

    def _tick(self, now: datetime) -> None:
        node, clock = self._node(now)
        ids = claims.claim_due(clock, node, BATCH, LEASE)
        if not ids:
            # That node's clock is behind; the one that goes right does it.
            node, clock = "node0", now
            ids = claims.claim_due(clock, node, BATCH, LEASE)
        if self._dies():
            self.desk.journal.step(clock, "died", node=node, ledgers=len(ids))
            return
        moved = ticking.tick_many(ids, clock)
        self.ticks += moved
        self.desk.moved.update(ids)
        self.desk.journal.step(clock, "ticked", node=node, ledgers=list(ids), moved=moved)
        if moved < len(ids):
            claims.release(ids, node)

    def _dies(self) -> bool:
        dies = "crash" in self.desk.plan.faults and self.chance.random() < DIES
        self.deaths += dies
        return dies

    def _carry_one(self, row: models.Outbox, node: str, now: datetime) -> None:
        answer = self.receiver.take(row.id)
        self._moved(row.case_id)
        if self._dies():
            return
        id, attempts = row.id, row.attempts
        match answer:
            case "taken" | "twice":
                outbox.sent(id, worker=node, sequence=attempts)
                for _ in range(1 + (answer == "twice")):
                    outbox.delivered(id, sequence=attempts)
            case "slow":
                claims.give_up_leases(now + 2 * LEASE)
                if outbox.sent(id, worker=node, sequence=attempts):
                    raise Broken("outbox", f"message {id}: a lease that ran out still counted")
            case "silent" | "lost":
                outbox.unclear(id, worker=node, now=now, result="no answer")
            case "not_now":
                outbox.again(id, worker=node, not_before=now + PAUSE, result="not connected")
            case "wait":
                outbox.held(id, worker=node, until=now + THROTTLE)
        self.carried += 1
        self.desk.journal.step(now, "carried", message=id, node=node, answer=answer)
        if row.kind == "org" and answer in ("taken", "twice"):
            told = json.loads(row.payload)
            self.when_told(told["case"], told["org"], now)

    def _moved(self, ledger: str) -> None:
        self.desk.moved.add(ledger)


def _next_claim() -> datetime | None:
    """The first moment at which some ledger is due and nobody holds it."""
    larger = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = f"SELECT MIN({larger}(due_at, COALESCE(lease_until, 0))) FROM records_case WHERE due_at IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()[0]
    return None if found is None else moment(found)
