"""Time passing: due ledgers are claimed in batches, ticked, and given back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.db.models import Q

from kinfirst.records import claims, models, ticking
from kinfirst.records.errors import RecordUnavailable
from kinfirst.records.tracing import span
from kinfirst.workers.plan import Plan

_log = logging.getLogger(__name__)

OUTAGE = (RecordUnavailable, DatabaseError, InterfaceError)
"""What a worker waits out: the database cannot do it now."""


class Ticker:
    """One worker's share of the clock."""

    def __init__(self, worker: str, plan: Plan) -> None:
        self._worker, self._plan = worker, plan

    def batch(self, now: datetime) -> int:
        """Ticks up to a batch of due ledgers and says how many moved."""
        ids = claims.claim_due(now, self._worker, self._plan.batch, self._plan.lease)
        if not ids:
            return 0
        with span("tick") as told:
            moved = self._ticked(ids, now)
            told.tell(ledgers=len(ids), moved=moved)
        if moved < len(ids):
            self._give_back(ids, now)
        return moved

    def _ticked(self, ids: Sequence[str], now: datetime) -> int:
        """The batch in one transaction, or where one of them cannot be ticked each by itself."""
        try:
            return ticking.tick_many(ids, now)
        except OUTAGE:
            raise
        except Exception as wrong:  # noqa: BLE001 - one broken ledger must not stop the clock of all others
            if len(ids) > 1:
                return sum(self._ticked((id,), now) for id in ids)
            # It stays due and leased: tried again when the lease ends, and overdue on every page until then.
            _log.error("ledger %s cannot be ticked", ids[0], exc_info=wrong)
            return 0

    def _give_back(self, ids: Sequence[str], now: datetime) -> None:
        """Those that somebody else moved meanwhile. One that is still due keeps its lease, or it spins."""
        fine = models.Case.objects.filter(Q(due_at__gt=now) | Q(due_at=None), id__in=ids)
        claims.release(list(fine.values_list("id", flat=True)), self._worker)
