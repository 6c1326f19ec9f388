"""A check of the record small enough for a page: everything where there is little, else the ledgers opened last."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import connection

from kinfirst.records import checking, keys, models, reading, seals, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.errors import clear_errors
from kinfirst.records.findings import Wrong
from kinfirst.records.sealing import fingerprint, signature_holds
from kinfirst.records.snapshots import CASE, case_of
from kinfirst.records.verify import verify

MOST = 300
CHUNK = 50


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The last seal: its number, its moment (UTC), how many ledgers it holds, its root, and whose key signed it."""

    number: int
    at: datetime
    count: int
    root: str
    signed_by: str
    holds: bool


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and what does not hold. `whole`: nothing was left out."""

    ledgers: int
    checked: int
    entries: int
    wrong: tuple[Wrong, ...]
    whole: bool

    @property
    def ok(self) -> bool:
        """Whether everything that was looked at holds."""
        return not self.wrong


def last_seal() -> Sealed | None:
    """The last seal there is."""
    with clear_errors():
        row = models.Seal.objects.order_by("-id").first()
    if row is None or row.at is None:
        return None
    return Sealed(
        number=row.id,
        at=row.at,
        count=row.count,
        root=bytes(row.root).hex(),
        signed_by=fingerprint(bytes(row.public_key)),
        holds=signature_holds(seals.signed(row)),
    )


def our_key() -> str:
    """The fingerprint of this installation's key: what a stranger compares a proof with."""
    return fingerprint(keys.current_public_key())


def spot_check(viewer: Viewer) -> Spot:
    """Checks at most 300 ledgers of the viewer's address book, those opened last; all of the record where it has
    no more. `kinfirst verify` checks everything, however much it is."""
    with clear_errors():
        everything = models.Case.objects.count()
        if everything <= MOST:
            report = verify()
            wrong = _fit(viewer, report.wrong)
            return Spot(ledgers=report.cases, checked=report.cases, entries=report.entries, wrong=wrong, whole=True)
        rows = models.Case.objects.filter(realm=viewer.realm)
        ids = list(rows.order_by("-opened_at", "id").values_list("id", flat=True)[:MOST])
        found = [one for start in range(0, len(ids), CHUNK) for one in _checked(ids[start : start + CHUNK])]
        return Spot(
            ledgers=everything,
            checked=len(found),
            entries=sum(one.entries for one in found),
            wrong=_fit(viewer, tuple(wrong for one in found for wrong in one.wrong)),
            whole=False,
        )


def _checked(ids: list[str]) -> list[checking.Checked]:
    return [checking.check_case(one) for one in reading.stored(connection, ids)]


def _fit(viewer: Viewer, wrong: tuple[Wrong, ...]) -> tuple[Wrong, ...]:
    """What was found, without saying which case where it is not the viewer's to know."""
    ids = sorted({one.case for one in wrong if one.case})
    known = {
        row.id
        for row in store.load_many(ids)
        if row.realm == viewer.realm and (row.kind != CASE or admitted(case_of(row), viewer.person))
    }
    return tuple(
        one if not one.case or one.case in known else msgspec.structs.replace(one, case="", alias="", row="")
        for one in wrong
    )
