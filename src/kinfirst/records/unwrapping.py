"""The texts a message says: as it is, and with every usual wrapping taken off, one inside another (R72).

Quoted-printable, percent signs, HTML entities and tags, base64, hex, header words, program escapes, punycode, and
lines that were broken inside a word, as iCalendar and hyphens do.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

# Wrappings inside wrappings: a percent sign in base64 in a mail part.
DEEPEST = 3
SHORTEST_PIECE = 8
"""What stands between garbage is text from so many letters on; shorter pieces are chance."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){4,}(?![0-9A-Za-z])")
_PUNYCODE = re.compile(rb"xn--([A-Za-z0-9-]+)", re.IGNORECASE)
_ENCODED_WORD = re.compile(rb"=\?([A-Za-z0-9_.:-]+)\?([bBqQ])\?([^?\s]*)\?=")
_CHARSET = re.compile(rb"""charset\*?=["']?([A-Za-z0-9_.:-]+)|=\?([A-Za-z0-9_.:-]+)\?[bBqQ]\?""", re.IGNORECASE)
_WORD_JOIN = re.compile(rb"\?=\s+=\?")
_LINE_JOIN = re.compile(rb"(?<=[A-Za-z0-9+/])\r?\n(?=[A-Za-z0-9+/=])")
# RFC 5545 section 3.1 folds with one blank; a hyphen at the end of a line, with as many as the text is set in.
_FOLDED = re.compile(rb"\r?\n[ \t]?")
_HYPHENED = re.compile(rb"(?:-|\xe2\x80\x90)\r?\n[ \t]*")
_TAG = re.compile(rb"<[^<>]{1,200}>")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,5})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\/\"'rnt]))")
_CONTROL = {"r": "\r", "n": "\n", "t": "\t"}
_GARBAGE = re.compile("[\ufffd\x00-\x08\x0e-\x1a\x1c-\x1f]+")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def readings(message: bytes) -> Iterator[str]:
    """Every text that the message says."""
    charsets = _charsets(message)
    yield from _texts(message, charsets)
    try:
        message.decode()
    except UnicodeDecodeError:
        yield message.decode("latin-1")
    seen: set[bytes] = {message}
    level = [message]
    for _ in range(DEEPEST):
        level = [
            inner
            for inner in dict.fromkeys(one for raw in level for one in _unwrapped(raw, declared=bool(charsets)))
            if inner not in seen
        ]
        seen.update(level)
        for raw in level:
            yield from _texts(raw, charsets)


def _charsets(message: bytes) -> tuple[str, ...]:
    """The encodings a message says it is in, as far as they are known and not UTF-8."""
    named = {(found[1] or found[2]).decode().lower() for found in _CHARSET.finditer(message)}
    known = []
    for name in sorted(named - {"utf-8", "us-ascii"}):
        try:
            known.append(codecs.lookup(name).name)
        except LookupError:
            continue
    return tuple(known)


def _texts(raw: bytes, charsets: tuple[str, ...]) -> Iterator[str]:
    """Bytes in every encoding that they may be in."""
    yield raw.decode("utf-8", "replace")
    for charset in charsets:
        try:
            yield raw.decode(charset, "replace")
        except (LookupError, TypeError, ValueError):
            continue
    if raw.startswith(_MARKS) or raw.count(0) * 8 >= len(raw) > 0:
        yield raw.decode("utf-16-le", "replace")
        yield raw.decode("utf-16-be", "replace")


def _unwrapped(raw: bytes, *, declared: bool) -> Iterator[bytes]:
    """What stands inside each usual wrapping; `declared` is whether the message names an encoding of its own."""
    text = raw.decode("utf-8", "replace")
    yield html.unescape(text).encode("utf-8", "replace")
    yield _TAG.sub(b"", raw)
    yield _FOLDED.sub(b"", raw)
    yield _HYPHENED.sub(b"", raw)
    yield unquote_to_bytes(raw.replace(b"+", b" "))
    yield unquote_to_bytes(raw)
    yield _unescaped(text)
    yield quopri.decodestring(raw)
    # A long header goes on in the next word; the blank between the two is nothing (RFC 2047 section 6.2).
    yield _ENCODED_WORD.sub(_encoded_word, _WORD_JOIN.sub(b"?==?", raw))
    yield _PUNYCODE.sub(_from_punycode, raw)
    for chunk in _HEX.findall(raw):
        yield from _pieces(bytes.fromhex(chunk.decode()), declared=declared)
    for chunk in dict.fromkeys((*_BASE64.findall(raw), *_BASE64.findall(_LINE_JOIN.sub(b"", raw)))):
        # Where it begins cannot be seen when a letter or a slash stands before it.
        for start in range(4):
            yield from _pieces(_from_base64(chunk[start:]), declared=declared)


def _pieces(raw: bytes, *, declared: bool) -> Iterator[bytes]:
    """What of decoded bytes may be text: all of them, or the longer runs between garbage.

    Any word decodes to something; without this, a short name would be found in chance.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        if declared or raw.startswith(_MARKS) or raw.count(0) * 8 >= len(raw):
            yield raw
    if not _GARBAGE.search(text):
        yield raw
        return
    for piece in _GARBAGE.split(text):
        if len(piece) >= SHORTEST_PIECE:
            yield piece.encode()


def _unescaped(text: str) -> bytes:
    """The escapes of JSON and of program text; a letter beyond the first plane comes as two."""
    wide = _ESCAPE.sub(_escape, text)
    return wide.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8", "replace")


def _escape(found: re.Match[str]) -> str:
    if found[4]:
        return _CONTROL.get(found[4], found[4])
    return chr(int(found[1] or found[2] or found[3], 16))


def _encoded_word(found: re.Match[bytes]) -> bytes:
    """One word of a mail header (RFC 2047), in UTF-8."""
    body = quopri.decodestring(found[3], header=True) if found[2] in b"qQ" else _from_base64(found[3])
    try:
        return body.decode(found[1].decode()).encode()
    except (LookupError, ValueError):
        return body


def _from_punycode(found: re.Match[bytes]) -> bytes:
    """One label of a host name (RFC 3492)."""
    try:
        return found[1].decode("punycode").encode()
    except (UnicodeError, ValueError, OverflowError):
        return found[0]


def _from_base64(chunk: bytes) -> bytes:
    body = chunk.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    whole = body if len(body) % 4 != 1 else body[:-1]
    try:
        return base64.b64decode(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return b""
