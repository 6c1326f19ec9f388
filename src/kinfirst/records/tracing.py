"""Spans: what was done, when and for how long, for whoever has set a tracer (project/traces.py); else nothing.

A span says names of commands, rules and addresses' patterns, numbers, and ids that we have made: never what somebody
typed, and never the text of an error (R72).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

REQUEST = "request"
"""What the span of a request is called until its address is known."""
Fact = str | int | bool
_ID = re.compile(r"[0-9a-f]{32,64}", re.ASCII)


class Span(Protocol):
    """One thing on its way."""

    def tell(self, **facts: Fact) -> None:
        """Facts about it, known only by the way."""

    def name(self, name: str) -> None:
        """What it is called, where that is known only by the way."""


class _Nothing:
    def tell(self, **facts: Fact) -> None:
        """Nobody listens."""

    def name(self, name: str) -> None:
        """Nobody listens."""


Tracer = Callable[[str], AbstractContextManager[Span]]
_NOTHING: AbstractContextManager[Span] = nullcontext(_Nothing())
_tracer: list[Tracer] = []


def span(name: str) -> AbstractContextManager[Span]:
    """A span around the block."""
    return _tracer[0](name) if _tracer else _NOTHING


def told_to(tracer: Tracer | None) -> None:
    """From now on spans go there; None: nowhere."""
    _tracer[:] = [] if tracer is None else [tracer]


def id_only(text: str | None) -> str:
    """An id of ours, else nothing: what was given as an id may be a name."""
    return text if text is not None and _ID.fullmatch(text) else ""
