"""The pure core: what Kinfirst decides. Standard library and msgspec only; no clock, no I/O, no chance."""

from __future__ import annotations

from kinfirst.core.case import Case
from kinfirst.core.commands import Command
from kinfirst.core.decide import decide
from kinfirst.core.due import due, tick
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.fold import fold
from kinfirst.core.policy import Policy
from kinfirst.core.stages import stage_of
from kinfirst.core.tasks import tasks

__all__ = [
    "Case",
    "Command",
    "Policy",
    "Reason",
    "Refusal",
    "decide",
    "due",
    "fold",
    "stage_of",
    "tasks",
    "tick",
]
