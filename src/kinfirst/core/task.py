"""A task: something a person must do. Tasks are read off the state; they vanish when their cause does."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must be done, by whom, by when.

    `kind` is one of engine.md section 7, `about` the person, entry author, organisation or task it concerns.
    `holder` is a person's id or `role:<role>`. `due` is UTC; a task is overdue once `due` has passed.
    """

    kind: str
    about: str = ""
    holder: str
    opened: datetime
    due: datetime

    @property
    def name(self) -> str:
        """`kind` or `kind:about`, as scenarios write it."""
        return f"{self.kind}:{self.about}" if self.about else self.kind
