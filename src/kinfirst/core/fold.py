"""Folding: the state that follows from an event. Pure, total, and the same on every machine (invariant 3).

Each module of `kinfirst.core.folding` registers one function an event; this is the door to them.
"""

from __future__ import annotations

from datetime import datetime

import kinfirst.core.folding.after
import kinfirst.core.folding.chain
import kinfirst.core.folding.death  # noqa: F401  (importing registers the folds)
from kinfirst.core.case import Case
from kinfirst.core.events import CaseEvent
from kinfirst.core.folding.base import FOLDS, Moment


def fold(case: Case, event: CaseEvent, *, at: datetime, by: str) -> Case:
    """The case after an event that happened at `at` (UTC) by the person `by`."""
    return FOLDS[type(event)](case, event, Moment(at=at, by=by))
