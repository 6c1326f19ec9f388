"""What a bedside may do to the record: one thing, `device_event`, a task to check the patient (R01)."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from kinfirst.bedside.hub import HubAway, Raised
from kinfirst.clock import Clock

if TYPE_CHECKING:
    from kinfirst.core.errors import Refusal

_log = logging.getLogger(__name__)


class CaseOfBed(msgspec.Struct, frozen=True, kw_only=True):
    """The case a bed lies in: its id, its realm, and the alias by which it may be spoken of."""

    id: str
    realm: str
    alias: str


def case_of_bed(case: str) -> CaseOfBed:
    """The case of that id or alias, in an open database. Refuses (BadInput) one that does not exist."""
    from kinfirst.records import models
    from kinfirst.records.proving import find_case

    found = models.Case.objects.only("id", "realm", "alias").get(id=find_case(case))
    return CaseOfBed(id=found.id, realm=found.realm, alias=found.alias)


class Reporter:
    """Sends what the record is told. Every alarm of a bed has a key of its own (bed, event, onset): told again by the
    next worker, it is the same entry of the record."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kinfirst-record")
        self.sent = 0

    def send(self, raised: Raised) -> Refusal | None:
        """Tells the record, where there is anything to tell and a case to tell it of; the refusal, if it refused.

        Raises HubAway where the record cannot be written now: the alarm must be told again.
        """
        entry = raised.entry
        if entry.event is None or raised.case is None:
            return None
        from django.db import DatabaseError, InterfaceError

        from kinfirst.records.actions import Given, perform_named
        from kinfirst.records.errors import RecordUnavailable

        onset = entry.onset or entry.at
        key = f"bedside:{entry.bed}:{entry.event}:{onset.isoformat()}"
        given = Given(realm=raised.realm, by="system", now=self._clock.now(), key=key)
        try:
            outcome = perform_named("device_event", _what(entry.event, entry.bed), given=given, case=raised.case)
        except (DatabaseError, InterfaceError, RecordUnavailable) as wrong:
            raise HubAway(f"the record cannot be written now: {type(wrong).__name__}") from None
        self.sent += not outcome.repeated
        if outcome.refusal is not None:
            _log.warning("bed %s: the record refused a device event (%s)", entry.bed, ", ".join(outcome.refusal.rules))
        return outcome.refusal

    async def tell(self, raised: Raised) -> None:
        """The same for a watcher; the database is asked in a thread of its own."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self.send, raised)

    def close(self) -> None:
        """Waits for what is being written."""
        self._thread.shutdown()


def _what(event: str, bed: str) -> dict[str, str]:
    return {"kind": event, "bed": bed}
