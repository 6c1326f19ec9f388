"""The beds of the demonstration: a trauma bay whose monitor plays the night, and a ward beside it.

The trauma bay lies in no case: he whose night it was is dead since yesterday and his people told, and a new flat line
would be a new task in his case. Whoever opens a case may lay it there. Bed 4 is that of the stranger.
"""

from __future__ import annotations

from kinfirst.clock import SystemClock
from kinfirst.project.beds_named import Named, Scripted
from kinfirst.project.demo import REALM

STRANGER, STRANGERS_BED = "Willow", "4"
SCRIPTS = {
    "trauma-1": "night",
    "2": "calm",
    STRANGERS_BED: "loose",
    "5": "restless",
    "7": "one-lead",
    "9": "fast",
}


def demo_beds() -> tuple[Named, ...]:
    """Lays the stranger into his bed, unless somebody has laid him, or another, elsewhere. Needs an open database."""
    from kinfirst.records.models import Case
    from kinfirst.web.models import BedCase

    case = Case.objects.filter(realm=REALM, alias=STRANGER).exclude(stage="closed").first()
    if case is not None and not BedCase.objects.filter(case=case.id).exists():
        said = {"realm": REALM, "case": case.id, "by": "system", "at": SystemClock().now()}
        BedCase.objects.get_or_create(bed=STRANGERS_BED, defaults=said)
    return tuple(Named(bed, Scripted(script), realm=REALM) for bed, script in SCRIPTS.items())
