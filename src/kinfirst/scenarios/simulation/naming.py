"""Made-up names, each with a letter that nothing else in the record has, so that a name is found wherever it gets."""

from __future__ import annotations

import random
import re

ONSETS = ("b", "d", "f", "g", "h", "k", "l", "m", "n", "r", "s", "t", "v")
VOWELS = ("a", "e", "i", "o", "u")
MARK = "ø"
_NAMED = re.compile(rf"\w*{MARK}\w*", re.IGNORECASE)


def name(chance: random.Random) -> str:
    """A given name and a family name; either is enough to be found by."""
    return f"{_word(chance)} {_word(chance)}"


def named(text: str) -> str | None:
    """The first word of a text that can only be somebody's name; None where there is none."""
    found = _NAMED.search(text.replace("\\u00f8", MARK).replace("\\u00d8", MARK))
    return found[0] if found else None


def _word(chance: random.Random) -> str:
    front = "".join(chance.choice(ONSETS) + chance.choice(VOWELS) for _ in range(chance.randint(0, 2)))
    return f"{front}{chance.choice(ONSETS)}{MARK}{chance.choice(ONSETS)}".capitalize()
