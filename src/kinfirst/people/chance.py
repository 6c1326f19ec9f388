"""Where what is drawn by chance comes from: the system's source, but for a simulation, which must repeat.

`drawn_from` is for `kinfirst simulate` alone (tests/house/test_chance.py holds that nothing else calls it): its ids
can be computed from the seed, so nothing drawn under it may guard a real person.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

Draw = Callable[[int], bytes]
_drawn: ContextVar[Draw | None] = ContextVar("kinfirst_chance", default=None)
ENOUGH = 16
"""Bytes for one choice: what is left over by the division is then below 2 to the power of -100."""


def drawn(count: int) -> bytes:
    """That many bytes nobody can guess."""
    other = _drawn.get()
    return os.urandom(count) if other is None else other(count)


def below(bound: int) -> int:
    """A whole number from 0 up to `bound`, which is left out."""
    return int.from_bytes(drawn(ENOUGH)) % bound


def new_id() -> str:
    """A random id in hex (UUID version 4): it says nothing and cannot be counted through (R64)."""
    return UUID(bytes=drawn(16), version=4).hex


@contextmanager
def drawn_from(draw: Draw) -> Iterator[None]:
    """Inside the block, in this thread alone, everything is drawn from `draw`. Never where there are real people."""
    before = _drawn.set(draw)
    try:
        yield
    finally:
        _drawn.reset(before)
