"""A receiver with moods: quick, slow, failing, silent after it has taken the message, asking for patience, answering
twice."""

from __future__ import annotations

import random
import threading
from collections import Counter

from tests.workers.receiver import Receiver, Request

QUICK = "quick"
MOODS = (QUICK, "slow", "failing", "silent", "patience", "twice")
SLOW = 1.5


class Moody(Receiver):
    """`has` counts what arrived, by key: also what it never answered."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.mood = QUICK
        self.has: Counter[str] = Counter()
        self._wait = threading.Event()
        self._counting = threading.Lock()

    def wake(self) -> None:
        """Nobody is kept waiting any more."""
        self._wait.set()

    def _answer(self, request: Request) -> int:
        mood = self.mood if random.random() < 0.5 else QUICK
        self.times = 2 if self.mood == "twice" else 1
        if mood == "failing":
            # It may have arrived for all the sender knows; it has not.
            return 500
        if mood == "patience":
            self.headers = {"Retry-After": "1"}
            return 503
        with self._counting:
            self.has[request.headers["idempotency-key"]] += 1
        if mood == "slow":
            self._wait.wait(SLOW)
        return 0 if mood == "silent" else 200
