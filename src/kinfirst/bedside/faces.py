"""What the watcher of a bed says of it: its alarms and its numbers, on each change and at least once a second."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kinfirst.bedside.alarm_shapes import Life
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.ward import Vitals

SHOW_SECONDS = 1.0


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A bed as its watcher sees it. `at` is the bed's own clock, the one by which its alarms age (`shown(life, at)`):
    that of its signal, and of the wall while nothing comes."""

    plan: BedPlan
    life: Life
    vitals: Vitals
    at: datetime
