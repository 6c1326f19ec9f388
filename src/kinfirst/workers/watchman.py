"""The engine that stops shouts: a watchman looks at the pulse from outside every worker, and calls people itself.

What it says goes straight to the channels: the outbox waits for the very workers that are gone. Each web process
has one, and `kinfirst watch` is one alone, for another machine.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from threading import Event

from django.db import connection

from kinfirst.channels.port import Letter, Ways
from kinfirst.clock import Clock
from kinfirst.people.models import LIVE
from kinfirst.records.errors import NewerSchema
from kinfirst.records.heartbeats import SILENT, judged, pulse
from kinfirst.workers.outbox import carried
from kinfirst.workers.recipients import ROLE, Roster, recipients, ways_to
from kinfirst.workers.ticker import OUTAGE

_log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=15)
AGAIN_EVERY = timedelta(minutes=10)
CALLED = ("coordinator", "casualty_officer")
"""Who looks after the clock when the engine does not: the flow desk and the casualty officers."""

SUBJECT = "Kinfirst: nobody watches the clock"
STOPPED = "Kinfirst has done nothing since {since}: what is due waits. Look after the clock yourselves. See {link}"
AWAY = "Kinfirst cannot read its record since {since}. Look after the clock yourselves, on paper. See {link}"


class Watchman:
    """Looks, and calls while it is bad: at once, then every ten minutes. `calls` counts the calls it made."""

    def __init__(self, clock: Clock, ways: Ways) -> None:
        self.calls = 0
        self._clock, self._ways = clock, ways
        self._away_since: datetime | None = None
        self._called: datetime | None = None
        self._asked: datetime | None = None
        self._addresses: dict[str, tuple[str, ...]] = {}

    def run(self, stop: Event) -> None:
        """Looks until `stop` is set, or until the record is a newer program's: that one has a watchman too."""
        try:
            while not stop.wait(LOOK_EVERY.total_seconds()):
                try:
                    self.look()
                except NewerSchema:
                    return
                except Exception:  # noqa: BLE001 - the watchman does not fall asleep over a fault of his own
                    _log.exception("the watchman stumbled")
        finally:
            connection.close()

    def look(self) -> bool:
        """Looks once, calls where it must, and says whether all is well. Raises NewerSchema."""
        now = self._clock.now()
        bad = self._found(now)
        if bad is None:
            self._called = None
        elif self._called is None or now - self._called >= AGAIN_EVERY:
            self._called = now
            self._call(*bad, now)
        return bad is None

    def _found(self, now: datetime) -> tuple[str, datetime] | None:
        """What is wrong and since when. A record that is away for less than a minute may be starting again."""
        try:
            seen = judged(pulse(now), now)
            self._ask_whom(now)
        except NewerSchema:
            raise
        except OUTAGE:
            connection.close()
            self._away_since = self._away_since or now
            return (AWAY, self._away_since) if now - self._away_since >= SILENT else None
        self._away_since = None
        return (STOPPED, seen.last_beat or seen.oldest_due or now) if seen.alarm else None

    def _ask_whom(self, now: datetime) -> None:
        """Whom to call, asked while all is well: it may be the record that fails."""
        if self._asked is not None and now - self._asked < AGAIN_EVERY:
            return
        roster = Roster(now)
        found = [recipients(ROLE + role, realm=LIVE, case=None, roster=roster).people for role in CALLED]
        people = tuple(dict.fromkeys(who for group in found for who in group))
        kinds = {channel.reaches for channel in self._ways.pages} - {""}
        self._addresses = {kind: ways_to(people, kind) for kind in kinds}
        self._asked = now

    def _call(self, text: str, since: datetime, now: datetime) -> None:
        """Several watchmen see the same silence: their calls have the same key, and a receiver knows them as one."""
        self.calls += 1
        _log.critical("%s, since %s", SUBJECT, since.isoformat(timespec="seconds"))
        said = text.format(since=f"{since:%H:%M} UTC", link=self._ways.address)
        period = int((now - since) / AGAIN_EVERY)
        for channel in self._ways.pages:
            for to in self._addresses.get(channel.reaches, ()) if channel.reaches else map(ROLE.__add__, CALLED):
                key = f"silence-{since:%Y%m%dT%H%M%SZ}-{period}-{_mark(to)}"
                facts = {"link": self._ways.address, "task": "engine_silent"}
                letter = Letter(key=key, kind="page", to=to, subject=SUBJECT, text=said, facts=facts, at=now)
                outcome = carried(channel.pack(letter))
                if outcome.state != "taken":
                    _log.error("a call about it did not arrive: %s", outcome.result or outcome.state)


def _mark(to: str) -> str:
    """A receiver in a key, but not its address."""
    return hashlib.sha256(to.encode()).hexdigest()[:12]
