"""The log of a simulation: one JSON object a line, the same bytes for the same seed. It names people by id alone."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

from kinfirst.core.ledger import canonical


class Journal:
    """Counts steps and writes them down; `digest` covers every line so far."""

    def __init__(self, out: BinaryIO | None) -> None:
        self._out = out
        self._sum = sha256()
        self.steps = 0

    def step(self, at: datetime, what: str, **more: Any) -> None:
        """One step, numbered from 1."""
        self.steps += 1
        self.line({"step": self.steps, "at": at.isoformat(), "what": what, **more})

    def line(self, content: dict[str, Any]) -> None:
        """One line that is no step: the first and the last."""
        written = canonical(content) + b"\n"
        self._sum.update(written)
        if self._out is not None:
            self._out.write(written)

    @property
    def digest(self) -> str:
        """SHA-256 of every line, in hex."""
        return self._sum.hexdigest()
