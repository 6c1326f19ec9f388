"""Messages leaving: claimed a few at a time, composed, scanned, carried, and what came of it stored.

A message is claimed by one worker. Between carrying it and storing the result a worker may be killed: then
nobody knows, its lease runs out, it becomes `unknown` and a person is asked; it is never sent again by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
from django.db import connection

from kinfirst.channels.port import Channel, Letter, Outcome, Parcel, Ways
from kinfirst.core.case import Case
from kinfirst.people.models import LIVE
from kinfirst.records import claims, models, outbox, store
from kinfirst.records.errors import LostRace, NewerSchema
from kinfirst.records.snapshots import CASE, case_of
from kinfirst.records.tracing import span
from kinfirst.workers import wording
from kinfirst.workers.plan import Plan
from kinfirst.workers.recipients import Recipients, Roster, recipients, ways_to
from kinfirst.workers.secrecy import forbidden, says_too_much
from kinfirst.workers.ticker import OUTAGE

_log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
OUTAGE_PAUSES = (0.1, 0.5, 2.0, 5.0, 10.0)
MOST_ATTEMPTS = 100
"""A day of trying, at the longest pause."""
HELD = "held_message"
ASKS = ("delivery_unknown", HELD)
"""Pages about messages: one that goes wrong itself asks nobody again, or asking would never end."""


class _Load(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message, what it is about, and what is ready to leave; or what keeps it."""

    row: models.Outbox
    about: wording.About | None = None
    parcels: tuple[Parcel, ...] = ()
    kept: Outcome | None = None
    held: bool = False


class Carrier:
    """One worker's share of the outbox."""

    def __init__(self, worker: str, plan: Plan, ways: Ways, *, rest: Callable[[float], object] = time.sleep) -> None:
        self._worker, self._plan, self._ways, self._rest = worker, plan, ways, rest

    def batch(self, now: datetime) -> int:
        """Carries up to `plan.lanes` messages at once and says how many were claimed."""
        rows = claims.claim_outbox(now, self._worker, self._plan.lanes, self._plan.lease)
        if not rows:
            return 0
        roster = Roster(now)
        loads = [self._loaded(row, now, roster) for row in rows]
        with ThreadPoolExecutor(max_workers=len(rows)) as lanes:
            for load, outcome in zip(loads, lanes.map(_delivered, loads), strict=True):
                self._stored(load, outcome, now)
        return len(rows)

    def _loaded(self, row: models.Outbox, now: datetime, roster: Roster) -> _Load:
        """The parcels of a message, or why it does not leave."""
        try:
            case = store.load(row.case_id)
            if case is None:
                return _Load(row=row, kept=Outcome(state="refused", result="the message belongs to no case"))
            state = case_of(case) if case.kind == CASE else None
            about = msgspec.structs.replace(_about(row), exercise=case.realm != LIVE)
            if about.org:
                found = self._to_org(about)
            else:
                found = recipients(row.destination, realm=case.realm, case=state, roster=roster)
            return self._packed(row, about, found=found, state=state, now=now)
        except OUTAGE:
            raise
        except Exception as wrong:  # noqa: BLE001 - a message that cannot be read must not stop those beside it
            why = str(wrong) if isinstance(wrong, wording.Unfilled) else type(wrong).__name__
            return _Load(row=row, kept=Outcome(state="refused", result=f"not composed: {why}"))

    def _packed(
        self, row: models.Outbox, about: wording.About, *, found: Recipients, state: Case | None, now: datetime
    ) -> _Load:
        if found.withheld:
            return _Load(row=row, about=about, kept=Outcome(state="refused", result=found.withheld))
        words = forbidden(state) if state is not None else ()
        parcels: list[Parcel] = []
        for channel in self._channels(about):
            for to in _receivers(channel, row.destination, found):
                parcel, plain = (self._pack(channel, one, to, now) for one in (about, wording.blank(about)))
                if says_too_much(parcel.wire, plain.wire, words):
                    return _Load(row=row, about=about, held=True)
                parcels.append(parcel)
        if not parcels:
            return _Load(row=row, about=about, kept=Outcome(state="not_now", result="nobody can be reached"))
        return _Load(row=row, about=about, parcels=tuple(parcels))

    def _channels(self, about: wording.About) -> tuple[Channel, ...]:
        """The ways that are real for this message: an exercise has one of its own, and no other (R68)."""
        if about.exercise:
            return (self._ways.exercise,)
        return (self._ways.orgs[about.org],) if about.org else self._ways.pages

    def _to_org(self, about: wording.About) -> Recipients:
        known = about.exercise or about.org in self._ways.orgs
        return Recipients(people=(), withheld="" if known else "no way to this organisation is set up")

    def _pack(self, channel: Channel, about: wording.About, to: str, now: datetime) -> Parcel:
        made: Letter = wording.letter(about, to=to, address=self._ways.address, at=now)
        return channel.pack(made)

    def _stored(self, load: _Load, outcome: Outcome, now: datetime) -> None:
        """Stores what came of it, through a short outage too: what is not stored is a question to a person."""
        for pause in OUTAGE_PAUSES:
            try:
                return self._store(load, outcome, now)
            except NewerSchema:
                raise
            except (LostRace, *OUTAGE):
                connection.close()
                self._rest(pause)
        return self._store(load, outcome, now)

    def _store(self, load: _Load, outcome: Outcome, now: datetime) -> None:
        """Stores what came of it; a message whose lease was lost meanwhile is somebody else's to tell of."""
        row, worker = load.row, self._worker
        asks = load.about is not None and load.about.task in ASKS
        if load.held and not asks:
            outbox.held_by_scanner(row.id, worker=worker, now=now)
        elif load.held:
            outbox.failed(row.id, worker=worker, result=outbox.HELD_BY_SCANNER)
        elif outcome.state == "taken":
            outbox.sent(row.id, worker=worker, sequence=row.attempts, result=outcome.result)
        elif outcome.state == "unclear" and not asks:
            outbox.unclear(row.id, worker=worker, now=now, result=outcome.result)
        elif outcome.state == "wait":
            outbox.held(row.id, worker=worker, until=now + outcome.pause)
        elif outcome.state == "not_now" and row.attempts < MOST_ATTEMPTS:
            later = now + pause_after(row.attempts)
            outbox.again(row.id, worker=worker, not_before=later, result=outcome.result)
        else:
            outbox.failed(row.id, worker=worker, result=outcome.result)
        first_try = outcome.state == "not_now" and row.attempts == 1
        if load.held or first_try or outcome.state in ("refused", "unclear"):
            _log.warning("message %s: %s", row.id, "held by the scanner" if load.held else outcome.result)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts: twice as long each time, up to a quarter of an hour."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """What came of a message that went to several: taken by one is taken; else whatever may still come of it."""
    order = ("taken", "unclear", "wait", "not_now", "refused")
    found = sorted(outcomes, key=lambda outcome: order.index(outcome.state))
    taken = sum(outcome.state == "taken" for outcome in found)
    if 0 < taken < len(found):
        return Outcome(state="taken", result=f"{taken} of {len(found)} took it")
    return found[0]


def _delivered(load: _Load) -> Outcome:
    """Runs in a lane, without the database."""
    if load.kept is not None or load.held:
        return load.kept or Outcome(state="refused", result=outbox.HELD_BY_SCANNER)
    with span("send") as told:
        outcome = together([carried(parcel) for parcel in load.parcels])
        told.tell(message=load.row.id, attempt=load.row.attempts, parcels=len(load.parcels), came=outcome.state)
    return outcome


def carried(parcel: Parcel) -> Outcome:
    """Carries it, and takes what breaks for unclear."""
    try:
        return parcel.carry()
    except Exception as wrong:  # noqa: BLE001 - a channel that breaks must not take its neighbours' results along
        _log.error("a channel broke", exc_info=wrong)
        return Outcome(state="unclear", result=f"the channel broke: {type(wrong).__name__}")


def _about(row: models.Outbox) -> wording.About:
    """The payload of a row. Raises msgspec.MsgspecError."""
    payload = msgspec.json.decode(row.payload, type=dict[str, str])
    if payload.get("task") == HELD:
        # It may be the alias that says too much: the page about that does without.
        payload["alias"] = "a case"
    return msgspec.convert({**payload, "kind": row.kind, "key": row.id}, wording.About)


def _receivers(channel: Channel, destination: str, found: Recipients) -> tuple[str, ...]:
    return ways_to(found.people, channel.reaches) if channel.reaches else (destination,)
