"""The scanner at the delivery boundary: no message leaves with a name or a number in it that is not its reader's (R72).

It reads the final bytes of a message the way a mail program would: as they are, and with the usual wrappings
taken off (`unwrapping`), and compares without case, width, accents and invisible marks.

What it cannot see: a name of two letters that stands alone, a name said in another script than it is kept in, an
inflected form that does not contain it, a word that only hints. Messages are made of an alias, a kind of task and a
link for that reason; this is the second lock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from kinfirst.records.unwrapping import readings

SHORTEST_WORD = 3
SHORTEST_NUMBER = 5
SHORTEST_RUN = 2
SHORTEST_IN_WORD = 4
TATWEEL = "\u0640"

# Letters that no decomposition takes apart, as they are written where a keyboard lacks them.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_UMLAUT = re.compile("([aou])e")
# Scripts written without blanks, in which two letters are a name; those in which three are; and those that write small
# words together with the next one.
_RUN = re.compile("[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U0003ffff]")
_LONGER_RUN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff]")
_WITH_PREFIXES = re.compile("[\u0590-\u0dff\u0f00-\u0fff\u1200-\u137f]")
_NEITHER = re.compile(r"[\W_]+")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the forbidden things was found, by its place in the list: never the thing itself."""

    term: int
    kind: str


class _Said(msgspec.Struct, frozen=True):
    """What a message says, in the forms it is searched in."""

    words: frozenset[str]
    runs: tuple[str, ...]
    """Each text without blanks and marks."""
    lines: tuple[str, ...]
    """Each text as its words, a blank between and around."""


def scan(message: bytes, forbidden: Iterable[str]) -> tuple[Finding, ...]:
    """Every forbidden name or number that the message says, in any wrapping.

    A name is found by any of its words of three letters or more, whatever their case or accents, and by all of its
    words together where each is shorter; in scripts without blanks by any part of it; a number of five digits or more
    is found through blanks, dots and dashes. Nothing found: the message may go.
    """
    said = _said(message)
    found: list[Finding] = []
    for term, text in enumerate(forbidden):
        if kind := next((kind for form in _forms(text) if (kind := _in(said, form))), ""):
            found.append(Finding(term=term, kind=kind))
    return tuple(found)


def _said(message: bytes) -> _Said:
    texts = dict.fromkeys(plain(text) for text in readings(message))
    tokens = tuple(_word().findall(text) for text in texts)
    return _Said(
        words=frozenset(word for found in tokens for word in found),
        runs=tuple(_NEITHER.sub("", text) for text in texts),
        lines=tuple(f" {' '.join(found)} " for found in tokens),
    )


def _forms(term: str) -> tuple[str, ...]:
    """A term as it may be written: without accents, with umlauts spelt out and taken back (`Müller`, `Mueller`)."""
    small = unicodedata.normalize("NFC", term).casefold()
    forms = (plain(term), plain(small.translate(_SPELT_OUT)), _UMLAUT.sub(r"\1", plain(term)))
    return tuple(dict.fromkeys(forms))


def _in(said: _Said, term: str) -> str:
    """`name` or `number` where the message says it, else nothing. `term` is plain."""
    if any(letter.isdigit() for letter in term):
        number = _NEITHER.sub("", term)
        return "number" if len(number) >= SHORTEST_NUMBER and any(number in run for run in said.runs) else ""
    words = _word().findall(term)
    if any(len(word) >= SHORTEST_WORD and word in said.words for word in words):
        return "name"
    if _short(words) and any(f" {' '.join(order)} " in line for order in (words, words[::-1]) for line in said.lines):
        return "name"
    parts = {*term.split(), "".join(term.split())}
    return "name" if any(_unspaced(part) and part in run for part in parts for run in said.runs) else ""


def _short(words: list[str]) -> bool:
    """Whether a name is only found by all of its words together, such as Wu Li."""
    return len(words) > 1 and all(len(word) < SHORTEST_WORD for word in words)


def _unspaced(part: str) -> bool:
    """Whether a part of a name is found inside a run of letters, by its script and length."""
    if _RUN.search(part):
        return len(part) >= SHORTEST_RUN
    if _LONGER_RUN.search(part):
        return len(part) >= SHORTEST_WORD
    return bool(_WITH_PREFIXES.search(part)) and len(part) >= SHORTEST_IN_WORD


def plain(text: str) -> str:
    """Case, width and accents taken off, invisible marks dropped, digits of every script as ours."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(_digit(c) for c in apart if unicodedata.category(c) not in ("Mn", "Cf") and c != TATWEEL)
    return unicodedata.normalize("NFC", kept.translate(_PLAIN_LETTERS))


def _digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Letters in a row, with the vowel signs that stand beside them in the scripts of India (category Mc)."""
    signs = "".join(chr(c) for c in range(0x0900, 0xABFF) if unicodedata.category(chr(c)) == "Mc")
    return re.compile(rf"(?:[^\W\d_]|[{signs}])+")
