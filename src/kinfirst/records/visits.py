"""Are the people at the door real? A family asks with the reference it was given (R32)."""

from __future__ import annotations

from kinfirst.people.models import LIVE
from kinfirst.records import models
from kinfirst.records.chance import spoken

YES = "yes, ours"
NO = "not known"
LONGEST = 60


def verify_visit(reference: str, *, realm: str = LIVE) -> str:
    """`yes, ours` or `not known`, and nothing more: no place, no hour, no name.

    Blanks, dashes and case do not matter, for it is read out over the telephone. Another realm's visits are
    never confirmed (R68). Nothing is recorded, so that a stranger cannot fill the ledger by asking.
    """
    asked = spoken(reference) if len(reference) <= LONGEST else ""
    if not asked:
        return NO
    found = models.Visit.objects.filter(realm=realm, reference=asked, case__retracted=False)
    return YES if found.exists() else NO
