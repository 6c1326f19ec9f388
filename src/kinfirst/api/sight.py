"""A case as a reader of the API sees it: the parts they have looked at on record are shown for a while (R60).

A reading never writes. `POST .../commands/view` is the look: granted or refused, it is an entry of the ledger.
For a quarter of an hour after a granted look, readings show that part to that person, as long as they may.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.http import HttpRequest

from kinfirst.api import signing
from kinfirst.api.moment import now
from kinfirst.core.events import Viewed
from kinfirst.records import models
from kinfirst.records.access import Sight, Viewer, case_for
from kinfirst.records.errors import UnknownCase, clear_errors
from kinfirst.records.snapshots import case_event

LOOK_LASTS = timedelta(minutes=15)
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def seen(request: HttpRequest, case: str) -> Sight:
    """The case for the one who asks, with what they have looked at. Raises as `known` does."""
    return case_for(signing.viewer(request), _id(case), revealed=_looked_at(signing.viewer(request), case))


def known(request: HttpRequest, case: str) -> Sight:
    """The case for the one who asks, nothing of it revealed. Raises UnknownCase, and Problem for an account that is
    nobody's."""
    return case_for(signing.viewer(request), _id(case))


def _id(case: str) -> str:
    if not _ID.fullmatch(case):
        raise UnknownCase("there is no case of that id")
    return case


def _looked_at(viewer: Viewer, case: str) -> frozenset[str]:
    """The parts this person has looked at, granted, since a quarter of an hour ago."""
    since = now() - LOOK_LASTS
    rows = models.Entry.objects.filter(case_id=case, kind="viewed", actor=viewer.id, at__gte=since)
    with clear_errors():
        looks = [case_event(text) for text in rows.values_list("data", flat=True)]
    return frozenset(look.what for look in looks if isinstance(look, Viewed))
