"""Which case lies in which bed, as somebody said it; kept so that a service that starts again knows it too."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kinfirst.bedside.station import Station
from kinfirst.records.access import Viewer
from kinfirst.web.models import BedCase


def cases_of_beds() -> dict[str, tuple[str, str]]:
    """For each bed that somebody lies in: the case and its realm. For a service that starts."""
    return {row.bed: (row.case, row.realm) for row in BedCase.objects.all()}


def bed_of(viewer: Viewer, case: str) -> str:
    """The bed a case lies in; empty where it lies in none."""
    row = BedCase.objects.filter(realm=viewer.realm, case=case).first()
    return row.bed if row is not None else ""


def lay(station: Station, viewer: Viewer, *, bed: str, case: str, at: datetime) -> None:
    """The case lies in that bed from now on, and in no other. The station is told first.

    Raises HubAway where it cannot be told: then everything stays as it was.
    """
    others = [row.bed for row in BedCase.objects.filter(realm=viewer.realm, case=case).exclude(bed=bed)]
    there = {screen.plan.bed for screen in station.screens()}
    for other in others:
        if other in there:
            station.attach(other, None, viewer.realm)
    station.attach(bed, case, viewer.realm)
    with transaction.atomic():
        BedCase.objects.filter(bed__in=others).delete()
        BedCase.objects.update_or_create(
            bed=bed, defaults={"realm": viewer.realm, "case": case, "by": viewer.id, "at": at}
        )


def clear(station: Station, viewer: Viewer, *, bed: str) -> None:
    """Nobody lies in that bed any more. Raises HubAway as `lay` does."""
    station.attach(bed, None, viewer.realm)
    BedCase.objects.filter(bed=bed).delete()
