"""What can go wrong with the broker, in one exception of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError

from kinfirst.bedside.hub import HubAway

EXPECTED = (KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError)
"""Answers, not faults: whoever asked deals with them."""


@contextmanager
def asking() -> Iterator[None]:
    """Raises HubAway for everything that the broker could not do, and lets answers through."""
    try:
        yield
    except EXPECTED:
        raise
    except NatsTimeout:
        raise HubAway("the broker does not answer in time") from None
    except (NatsError, OSError) as wrong:
        raise HubAway(f"the broker cannot do it: {type(wrong).__name__}") from None
