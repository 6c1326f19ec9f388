"""The functions of the core that a pack is tried on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from kinfirst.core import decide, due, fold, tasks, tick
from kinfirst.core.case import Case
from kinfirst.core.commands import Command
from kinfirst.core.decide import refreshed
from kinfirst.core.disclosure import may_see
from kinfirst.core.errors import Refusal
from kinfirst.core.events import CaseEvent
from kinfirst.core.facts import Facts, Person
from kinfirst.core.policy import Policy
from kinfirst.core.task import Task

Decide = Callable[[Case, Command, Policy, datetime], tuple[CaseEvent, ...] | Refusal]
Refreshed = Callable[[Case, Facts, Policy, datetime], tuple[CaseEvent, ...]]
Tick = Callable[[Case, Policy, datetime], tuple[CaseEvent, ...]]


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """The core's functions as values, so that a test can put a faulty one in place and see it caught."""

    decide: Decide = decide
    refreshed: Refreshed = refreshed
    fold: Callable[..., Case] = fold
    due: Callable[[Case, Policy], datetime | None] = due
    tick: Tick = tick
    tasks: Callable[[Case, Policy], tuple[Task, ...]] = tasks
    may_see: Callable[[Case, Person], bool] = may_see
