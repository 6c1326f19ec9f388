"""A worker: two loops, the clock's and the outbox's, so that a slow receiver never makes a deadline late.

It beats while it lives, sleeps until the next due moment, waits out a database that is away, finishes what it
holds when it is asked to stop, and stops by itself when the database is newer than it is.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import connection

from kinfirst.channels.port import Ways
from kinfirst.clock import Clock
from kinfirst.records import heartbeats
from kinfirst.records.errors import LostRace, NewerSchema
from kinfirst.workers.outbox import Carrier
from kinfirst.workers.plan import Plan
from kinfirst.workers.sealer import seal_if_due
from kinfirst.workers.ticker import OUTAGE, Ticker
from kinfirst.workers.waiting import until_next_message, until_next_tick

_log = logging.getLogger(__name__)

BEAT_EVERY = timedelta(seconds=5)
FORGET_AFTER = timedelta(days=7)
LOOK_AT_SEALS_EVERY = timedelta(seconds=30)
LONGEST_OUTAGE_PAUSE = 15.0
RACE_PAUSE = 0.01
"""What is due may be in another worker's hands for a moment: asking at once would only be in its way."""


class Worker:
    """One worker. `moved`, `carried` and `sealed` count what it has done."""

    def __init__(self, clock: Clock, ways: Ways, plan: Plan) -> None:
        self.id = secrets.token_hex(8)
        self.moved = self.carried = self.sealed = 0
        self._clock, self._plan = clock, plan
        self._ticker, self._carrier = Ticker(self.id, plan), Carrier(self.id, plan, ways)
        self._beaten = self._looked = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._failure: BaseException | None = None

    def once(self) -> None:
        """Does everything that is due now, and returns. Raises KinfirstError when the database cannot do it."""
        self._beat()
        while self._tick():
            pass
        while self._plan.send and self._carry():
            pass
        self._seal()

    def run(self, stop: Event) -> None:
        """Works until `stop` is set, then finishes what it holds. Raises what it cannot go on after: NewerSchema."""
        outbox = Thread(target=self._guarded, args=(self._send, stop), name="kinfirst-outbox")
        outbox.start()
        try:
            self._keep(self._time, stop, until_next_tick)
        except BaseException:
            stop.set()
            raise
        finally:
            outbox.join()
            connection.close()
        if self._failure is not None:
            raise self._failure

    def _guarded(self, work: Callable[[], bool], stop: Event) -> None:
        try:
            self._keep(work, stop, until_next_message)
        except BaseException as wrong:  # noqa: BLE001 - handed to `run`, which raises it where somebody looks
            self._failure = wrong
            stop.set()
        finally:
            connection.close()

    def _keep(self, work: Callable[[], bool], stop: Event, until_next: Callable[[datetime], timedelta]) -> None:
        """Works while there is work, sleeps until there may be, and waits longer each time the database is away."""
        outages = 0
        while not stop.is_set():
            try:
                pause = 0.0 if work() else max(until_next(self._clock.now()).total_seconds(), RACE_PAUSE)
                outages = 0
            except NewerSchema:
                raise
            except LostRace:
                pause = RACE_PAUSE
            except OUTAGE as wrong:
                if not outages:
                    _log.warning("worker %s waits: the database cannot be used now", self.id, exc_info=wrong)
                outages += 1
                pause = min(2.0 ** min(outages, 8) / 4, LONGEST_OUTAGE_PAUSE)
                connection.close()
            stop.wait(pause)

    def _time(self) -> bool:
        self._beat()
        return bool(self._tick())

    def _send(self) -> bool:
        self._seal()
        return bool(self._plan.send and self._carry())

    def _tick(self) -> int:
        moved = self._ticker.batch(self._clock.now())
        self.moved += moved
        return moved

    def _carry(self) -> int:
        carried = self._carrier.batch(self._clock.now())
        self.carried += carried
        return carried

    def _seal(self) -> None:
        now = self._clock.now()
        if now - self._looked >= LOOK_AT_SEALS_EVERY:
            self._looked = now
            self.sealed += seal_if_due(now, self._plan.seal_every)

    def _beat(self) -> None:
        """Says that it lives, and finds out whether the database has become a newer program's (NewerSchema)."""
        now = self._clock.now()
        if now - self._beaten < BEAT_EVERY:
            return
        heartbeats.beat(self.id, now)
        heartbeats.forget(now - FORGET_AFTER)
        self._beaten = now
