"""Whoever messages are sent to: a receiver that counts what it has by key, and has bad days."""

from __future__ import annotations

import random
from collections import Counter
from typing import Literal

Answer = Literal["taken", "twice", "slow", "not_now", "wait", "silent", "lost"]
BAD_DAYS: dict[Answer, float] = {
    "twice": 0.03,
    "slow": 0.01,
    "not_now": 0.05,
    "wait": 0.02,
    "silent": 0.01,
    "lost": 0.01,
}
ARRIVES = frozenset(("taken", "twice", "slow", "silent"))


class Receiver:
    """`has` counts how often each message was taken in."""

    def __init__(self, chance: random.Random, *, bad_days: bool) -> None:
        self._chance, self._bad_days = chance, bad_days
        self.has: Counter[str] = Counter()

    def take(self, key: str) -> Answer:
        """What becomes of one message: `silent` arrives and says nothing, `lost` does neither."""
        answer: Answer = "taken"
        drawn = self._chance.random() if self._bad_days else 1.0
        for kind, often in BAD_DAYS.items():
            if drawn < often:
                answer = kind
                break
            drawn -= often
        if answer in ARRIVES:
            self.has[key] += 1
        return answer
