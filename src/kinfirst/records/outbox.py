"""The life of a message after it is queued: attempted under a lease, sent, delivered, failed, or unknown.

`queued -> attempting -> sent -> delivered`, or `failed` for good, or back to `queued` with a later moment. A
lease that runs out while attempting leaves the message `unknown`: it may have arrived, so it is never sent
again by itself; a person is paged, looks, and says (`settle`). One that failed goes again when a person says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from kinfirst.core.errors import BrokenRecord
from kinfirst.records import keys, models, outgoing, store
from kinfirst.records.commit import HOUSE_NAME
from kinfirst.records.moments import maybe_micros, micros
from kinfirst.records.writing import whole

ATTEMPTING = "attempting"
SENT = "sent"
DELIVERED = "delivered"
FAILED = "failed"
UNKNOWN = "unknown"
ASKED = "role:casualty_officer"
HELD_BY_SCANNER = "held by scanner"
RESULT = 200


def sent(id: str, *, worker: str, sequence: int, result: str = "") -> bool:
    """The receiver took it. `sequence` orders the receiver's receipts; False when the lease was lost."""
    return _leave(id, worker, {"state": SENT, "sequence": sequence, "result": result[:RESULT]})


def delivered(id: str, *, sequence: int, result: str = "") -> bool:
    """A receipt came. One that is older than what is known changes nothing (False)."""
    return _receipt(id, DELIVERED, sequence, result)


def failed(id: str, *, worker: str, result: str) -> bool:
    """It will never arrive: kept as it is, with the reason, for a person to see."""
    return _leave(id, worker, {"state": FAILED, "result": result[:RESULT]})


def held_by_scanner(id: str, *, worker: str, now: datetime) -> bool:
    """The final bytes named somebody: the message is held, and the desk is paged (R72)."""
    with whole():
        if not failed(id, worker=worker, result=HELD_BY_SCANNER):
            return False
        _ask(models.Outbox.objects.get(id=id), "held_message", now)
        return True


def unclear(id: str, *, worker: str, now: datetime, result: str) -> bool:
    """It left, and no answer came that says whether it arrived: `unknown`, and a person is asked."""
    with whole():
        if not _leave(id, worker, {"state": UNKNOWN, "result": result[:RESULT]}):
            return False
        _ask(models.Outbox.objects.get(id=id), "delivery_unknown", now)
        return True


def again(id: str, *, worker: str, not_before: datetime, result: str) -> bool:
    """Not now: queued again for later. Only for an attempt that certainly did not arrive."""
    changes = {"state": outgoing.QUEUED, "not_before": not_before, "result": result[:RESULT]}
    return _leave(id, worker, changes)


def held(id: str, *, worker: str, until: datetime) -> bool:
    """The receiver asks us to wait: queued again, and shown on the case as held until then."""
    changes = {"state": outgoing.QUEUED, "not_before": until, "held_until": until}
    return _leave(id, worker, changes)


def settle(id: str, *, arrived: bool, by: str, now: datetime) -> bool:
    """A person has looked: an unknown message did arrive, or is to be sent again. One that failed may be sent again
    too, once its cause is gone; not one that the scanner held, for it names somebody (R72)."""
    with whole():
        row = _held(id)
        if row is None or not (row.state == UNKNOWN or (not arrived and may_go_again(row))):
            return False
        state, said = (DELIVERED, "arrived") if arrived else (outgoing.QUEUED, "to be sent again")
        _change(row, {"state": state, "not_before": now, "result": f"{said}, said by {by}"[:RESULT]})
        return True


def may_go_again(row: models.Outbox) -> bool:
    """Whether a message that failed may be sent again by a person's word."""
    return row.state == FAILED and row.result != HELD_BY_SCANNER


def shown(case: str, now: datetime) -> list[models.Outbox]:
    """The messages of a case that a person should see: unknown, failed, or held by a receiver."""
    rows = models.Outbox.objects.filter(case_id=case).exclude(state__in=(SENT, DELIVERED)).order_by("number")
    return [row for row in rows if row.state in (UNKNOWN, FAILED) or (row.held_until and row.held_until > now)]


def of_case(case: str) -> list[models.Outbox]:
    """Every message of a case, in the order in which they were written."""
    return list(models.Outbox.objects.filter(case_id=case).order_by("number"))


def give_up(id: str, now: datetime) -> bool:
    """A message whose worker stopped in mid-attempt: nobody knows whether it arrived, so a person is paged. False
    when the worker was only slow and has said in the meantime what came of it."""
    with whole():
        row = _held(id)
        if row is None or row.state != ATTEMPTING or row.lease_until is None or row.lease_until > now:
            return False
        _change(row, {"state": UNKNOWN, "lease_by": "", "lease_until": None})
        _ask(row, "delivery_unknown", now)
        return True


def stamp(rows: Iterable[models.Outbox]) -> None:
    """Writes the keyed digests of rows that were just changed, in the transaction that changed them."""
    values = [(keys.mac("outbox", mac_columns(row)), row.id) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE records_outbox SET mac = %s WHERE id = %s", values)


def mac_columns(row: models.Outbox) -> tuple[object, ...]:
    """What the keyed digest of a message covers: every column, in the order in which rows are written."""
    return tuple(_plain(getattr(row, name)) for name in store.MESSAGE if name != "mac")


def _plain(value: Any) -> Any:
    return maybe_micros(value) if isinstance(value, datetime) else value


def _held(id: str) -> models.Outbox | None:
    """The row, kept from other writers until the transaction ends. SQLite has one writer anyway."""
    rows = models.Outbox.objects.filter(id=id)
    return (rows.select_for_update() if connection.vendor == "postgresql" else rows).first()


def _leave(id: str, worker: str, changes: dict[str, Any]) -> bool:
    with whole():
        row = _held(id)
        if row is None or row.state != ATTEMPTING or row.lease_by != worker:
            return False
        _change(row, {"lease_by": "", "lease_until": None, **changes})
        return True


def _receipt(id: str, state: str, sequence: int, result: str) -> bool:
    with whole():
        row = _held(id)
        if row is None or row.state not in (SENT, UNKNOWN, ATTEMPTING) or sequence < row.sequence:
            return False
        changes = {"state": state, "sequence": sequence, "result": result[:RESULT]}
        _change(row, {"lease_by": "", "lease_until": None, **changes})
        return True


def _change(row: models.Outbox, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.mac = keys.mac("outbox", mac_columns(row))
    row.save(update_fields=[*changes, "mac"])


def _ask(row: models.Outbox, task: str, at: datetime) -> None:
    """One more page on the case's own count. The case is held first: this move must not lose a race, for nobody
    would send the page again."""
    store.hold_case(row.case_id)
    case = store.load(row.case_id)
    if case is None:
        raise BrokenRecord("the message belongs to no case")
    alias = store.columns_of(case.id).alias or HOUSE_NAME
    payload = {"case": row.case_id, "alias": alias, "task": task, "message": row.id}
    message = outgoing.Message(seq=row.seq, kind="page", destination=ASKED, payload=payload)
    number = case.outbox_count + 1
    store.add_messages(case, [outgoing.row(row.case_id, message, number=number, at=micros(at))])
