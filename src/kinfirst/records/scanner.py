"""The scanner at the delivery boundary: no message leaves with a name, a number or a diagnosis in it (R72).

It reads the final bytes of a message the way a mail program would: as they are, and with the usual wrappings
taken off, one inside another (quoted-printable, percent signs, HTML entities, base64, header words, escapes).
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

import msgspec

SHORTEST_WORD = 3
SHORTEST_NUMBER = 5
# Wrappings inside wrappings: a percent sign in base64 in a mail part.
DEEPEST = 3
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_ENCODED_WORD = re.compile(rb"=\?[A-Za-z0-9_.:-]+\?([bBqQ])\?([^?\s]*)\?=")
_WORD_JOIN = re.compile(rb"\?=\s+=\?")
_LINE_JOIN = re.compile(rb"(?<=[A-Za-z0-9+/])\r?\n(?=[A-Za-z0-9+/=])")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,5})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\/\"']))")
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
    """The message as text, and as text again with its wrappings taken off, one inside another."""
    seen: set[bytes] = set()
    level = [message]
    for _ in range(DEEPEST + 1):
        fresh = [raw for raw in dict.fromkeys(level) if raw not in seen]
        seen.update(fresh)
        for raw in fresh:
            yield from _texts(raw)
        level = [inner for raw in fresh for inner in _unwrapped(raw)]


def _texts(raw: bytes) -> Iterator[str]:
    """Bytes in every encoding that mail and messages come in."""
    yield raw.decode("utf-8", "replace")
    try:
        raw.decode()
    except UnicodeDecodeError:
        yield raw.decode("latin-1")
    if b"\0" in raw:
        yield raw.decode("utf-16-le", "replace")
        yield raw.decode("utf-16-be", "replace")


def _unwrapped(raw: bytes) -> Iterator[bytes]:
    """What stands inside each usual wrapping."""
    text = raw.decode("utf-8", "replace")
    yield html.unescape(text).encode("utf-8", "replace")
    yield unquote_to_bytes(raw.replace(b"+", b" "))
    yield unquote_to_bytes(raw)
    yield _unescaped(text)
    yield quopri.decodestring(raw)
    # A long header goes on in the next word; the blank between the two is nothing (RFC 2047 section 6.2).
    yield _ENCODED_WORD.sub(_encoded_word, _WORD_JOIN.sub(b"?==?", raw))
    for chunk in (*_BASE64.findall(raw), *_BASE64.findall(_LINE_JOIN.sub(b"", raw))):
        # Where it begins cannot be seen when a letter or a slash stands before it.
        yield from (_from_base64(chunk[start:]) for start in range(4))


def _unescaped(text: str) -> bytes:
    """The escapes of JSON and of program text; a letter beyond the first plane comes as two."""
    wide = _ESCAPE.sub(lambda found: found[4] or chr(int(found[1] or found[2] or found[3], 16)), text)
    return wide.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8", "replace")


def _encoded_word(found: re.Match[bytes]) -> bytes:
    """One word of a mail header (RFC 2047)."""
    how, body = found[1], found[2]
    return quopri.decodestring(body, header=True) if how in b"qQ" else _from_base64(body)


def _from_base64(chunk: bytes) -> bytes:
    body = chunk.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    whole = body if len(body) % 4 != 1 else body[:-1]
    try:
        return base64.b64decode(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return b""


def _plain(text: str) -> str:
    """Case, width and accents taken off, invisible marks dropped."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
