"""The ledger and the timeline of a case, each entry shown as far as its reader may see its part (R59, R60)."""

from __future__ import annotations

import re

import msgspec

from kinfirst.api.shapes import EntryLine, LearntLine, Ledger, Part, Timeline
from kinfirst.records import models
from kinfirst.records.access import Sight
from kinfirst.records.errors import clear_errors
from kinfirst.records.notes import PREFIX
from kinfirst.records.timeline import learnt

_TOKEN = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")

# Which part of the case an entry belongs to. Entries of other kinds say only ids, codes and moments.
PART_OF: dict[str, Part] = {
    **dict.fromkeys(
        ("resuscitated", "observed", "charted", "status_set", "pronounced", "device_reported"),
        "medical",
    ),
    **dict.fromkeys(("facts_taken", "kin_added", "kin_excluded", "bond_declared", "searched", "condoled"), "kin"),
    **dict.fromkeys(("identified", "amended", "doubt_flagged", "doubt_cleared", "leaked"), "identity"),
    **dict.fromkeys(("inventoried", "treated", "transferred", "received", "effects_released"), "effects"),
}
# Words of entries that belong to no part may still name somebody: they are read with the identity.
PART_OF_WORDS: Part = "identity"


def ledger(sight: Sight, *, after: int, limit: int) -> Ledger:
    """Entries after one number, at most `limit`."""
    rows = models.Entry.objects.filter(case_id=sight.id, seq__gt=after).order_by("seq")
    with clear_errors():
        found = list(rows[: limit + 1])
    shown = found[:limit]
    return Ledger(
        case=sight.id,
        alias=sight.alias,
        entries=tuple(_entry(sight, row) for row in shown),
        next=shown[-1].seq if len(found) > limit else None,
    )


def timeline(sight: Sight) -> Timeline:
    """Who knew what, when, from whom."""
    return Timeline(
        case=sight.id,
        alias=sight.alias,
        learnt=tuple(
            LearntLine(
                at=one.at,
                who=one.who,
                who_label=sight.label(one.who),
                how=one.how,
                by=one.by,
                by_label=sight.label(one.by),
                channel=one.channel,
                version=one.version,
            )
            for one in learnt(sight.id)
        ),
    )


def _entry(sight: Sight, row: models.Entry) -> EntryLine:
    if row.at is None:
        raise ValueError("an entry has a moment")
    part = PART_OF.get(row.kind)
    open_to_all = part is None or part in sight.revealed
    content = msgspec.json.decode(row.data) if open_to_all else None
    words = part or PART_OF_WORDS
    texts = {token: sight.text(token, words) for token in _TOKEN.findall(row.data)} if open_to_all else {}
    return EntryLine(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        label=sight.label(row.actor),
        kind=row.kind,
        part=part,
        content=content,
        texts={token: text for token, text in texts.items() if text is not None},
        digest=bytes(row.digest).hex(),
    )
