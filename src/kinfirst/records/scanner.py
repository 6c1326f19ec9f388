"""The scanner at the delivery boundary: no message leaves with a name, a number or a diagnosis in it (R72).

It reads the final bytes of a message the way a mail program would: as they are, and with the usual wrappings
taken off (quoted-printable, percent signs, HTML entities, base64, JSON escapes).
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

import msgspec

SHORTEST_WORD = 3
SHORTEST_NUMBER = 5
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_LINE_JOIN = re.compile(rb"(?<=[A-Za-z0-9+/])\r?\n(?=[A-Za-z0-9+/=])")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[\s.\-/]+")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the forbidden things was found, by its place in the list: never the thing itself."""

    term: int
    kind: str


def scan(message: bytes, forbidden: Iterable[str]) -> tuple[Finding, ...]:
    """Every forbidden name, number or word that the message says, in any wrapping.

    A name is found by any of its words of three letters or more, whatever their case or accents; a number of
    five digits or more is found through blanks, dots and dashes. Nothing found: the message may go.
    """
    readings = tuple(_plain(text) for text in _readings(message))
    words = tuple(frozenset(_WORD.findall(text)) for text in readings)
    close = tuple(_JOINED.sub("", text) for text in readings)
    found: list[Finding] = []
    for term, text in enumerate(forbidden):
        if kind := _said(_plain(text), readings, words, close):
            found.append(Finding(term=term, kind=kind))
    return tuple(found)


def _said(term: str, readings: tuple[str, ...], words: tuple[frozenset[str], ...], close: tuple[str, ...]) -> str:
    number = _JOINED.sub("", term)
    if any(letter.isdigit() for letter in number):
        return "number" if len(number) >= SHORTEST_NUMBER and any(number in text for text in close) else ""
    parts = [part for part in _WORD.findall(term) if len(part) >= SHORTEST_WORD]
    if any(part in known for part in parts for known in words):
        return "name"
    # Scripts written without blanks have no words to compare.
    unspaced = not term.isascii() and len(term) >= 2 and any(term in text for text in readings)
    return "name" if unspaced else ""


def _readings(message: bytes) -> Iterator[str]:
    raw = message.decode("utf-8", "replace")
    yield raw
    yield html.unescape(raw)
    yield unquote_plus(raw)
    yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw)
    yield quopri.decodestring(message).decode("utf-8", "replace")
    yield quopri.decodestring(message, header=True).decode("utf-8", "replace")
    for chunk in (*_BASE64.findall(message), *_BASE64.findall(_LINE_JOIN.sub(b"", message))):
        yield from _unwrapped(chunk)


def _unwrapped(chunk: bytes) -> Iterator[str]:
    body = chunk.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        yield base64.b64decode(body + b"=" * (-len(body) % 4)).decode("utf-8", "replace")
    except binascii.Error:
        return


def _plain(text: str) -> str:
    """Case, width and accents taken off, invisible marks dropped."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
