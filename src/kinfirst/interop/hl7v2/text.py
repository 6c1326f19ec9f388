"""Characters: which charset a message is in, its delimiters, and its escapes."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import NamedTuple

# MSH-18 (table 0211) to Python's codec names. Anything else is tried as UTF-8.
_CHARSETS = {
    "ASCII": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/2": "iso-8859-2",
    "8859/3": "iso-8859-3",
    "8859/4": "iso-8859-4",
    "8859/5": "iso-8859-5",
    "8859/6": "iso-8859-6",
    "8859/7": "iso-8859-7",
    "8859/8": "iso-8859-8",
    "8859/9": "iso-8859-9",
    "8859/15": "iso-8859-15",
    "ISO IR6": "utf-8",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
}
_HEXES = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


class Decoded(NamedTuple):
    """A message as text; `note` says which charset was fallen back to, and why."""

    text: str
    note: str | None


class Delimiters(NamedTuple):
    """MSH-1 and MSH-2: `component`, `repetition`, `escape`, `sub` are None where the sender defined none."""

    field: str
    component: str | None = None
    repetition: str | None = None
    escape: str | None = None
    sub: str | None = None


def decode(raw: bytes) -> Decoded:
    """Decodes one message by its MSH-18; falls back to UTF-8, then to Windows-1252 or Latin-1, with a note.

    Latin-1 gives every byte a character, so nothing is lost; Windows-1252 is tried before it where bytes
    0x80 to 0x9F stand, which are letters and quotes there and control characters in Latin-1.
    """
    said = _charset(raw)
    codec = _CHARSETS.get(said, "utf-8")
    note = None if not said or said in _CHARSETS else "MSH-18 names no charset of table 0211; read as UTF-8"
    try:
        return Decoded(raw.decode(codec), note)
    except UnicodeDecodeError:
        pass
    for fallback in ("utf-8", "cp1252", "iso-8859-1"):
        if fallback == "cp1252" and not re.search(rb"[\x80-\x9f]", raw):
            continue
        try:
            return Decoded(raw.decode(fallback), f"the bytes do not fit the charset of MSH-18; read as {fallback}")
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes every byte")


def _charset(raw: bytes) -> str:
    """MSH-18, first repetition, upper case; empty when absent."""
    header = re.split(rb"[\r\n]", raw.lstrip(), maxsplit=1)[0]
    if len(header) < 5:
        return ""
    fields = header.split(header[3:4])
    if len(fields) < 18:
        return ""
    repetition = fields[1][1:2] or b"~"
    return fields[17].split(repetition)[0].decode("ascii", "replace").strip().upper()


def read_delimiters(header: str) -> Delimiters | str:
    """MSH-1 and MSH-2 of a header line; a sentence when they cannot separate anything.

    Each must be a printable ASCII sign, no letter, digit, space or quote, and no two alike. A fifth sign
    in MSH-2 (truncation, v2.7) is accepted and not used.
    """
    field = header[3:4]
    if not _is_sign(field):
        return "MSH-1 is not one printable sign such as |"
    signs = header[4:].split(field, 1)[0]
    if not signs:
        return "MSH-2 is empty"
    if not all(_is_sign(sign) for sign in signs):
        return "MSH-2 holds a character that cannot be a delimiter"
    if len(signs) > 5:
        return "MSH-2 has more than five signs"
    if len(set(signs + field)) != len(signs) + 1:
        return "MSH-1 and MSH-2 use one sign for two purposes"
    return Delimiters(field, *signs[:4])


def _is_sign(sign: str) -> bool:
    return len(sign) == 1 and sign in string.punctuation and sign not in "\"'"


def unescape(text: str, delimiters: Delimiters) -> str:
    r"""Resolves \F\ \S\ \T\ \R\ \E\ and \X..\ (UTF-8, else Latin-1); any other sequence stays as written.

    A \X..\ that would make a control character also stays as written, so that no escape can smuggle one in.
    """
    sign = delimiters.escape
    if sign is None or sign not in text:
        return text
    pieces = text.split(sign)
    out = [pieces[0]]
    index = 1
    while index < len(pieces):
        meant = _meaning(pieces[index], delimiters) if index + 1 < len(pieces) else None
        if meant is None:
            out += [sign, pieces[index]]
            index += 1
        else:
            out += [meant, pieces[index + 1]]
            index += 2
    return "".join(out)


def _meaning(code: str, delimiters: Delimiters) -> str | None:
    signs = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.sub,
        "R": delimiters.repetition,
        "E": delimiters.escape,
    }
    if code in signs:
        return signs[code]
    found = _HEXES.fullmatch(code)
    if found is None:
        return None
    raw = bytes.fromhex(found.group(1))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")
    return None if has_control(text) else text


def has_control(text: str) -> bool:
    """Whether a control character (Unicode category Cc, the tab excepted), a line or paragraph separator,
    or half a surrogate pair stands in the text.
    """
    return any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") and sign != "\t" for sign in set(text))


_WORDS = {"NO", "YES", "DECEASED", "DEAD", "ALIVE", "TRUE", "FALSE", "0", "1", "D", "U", "y", "n"}


def shape_of(text: str) -> str:
    """Describes an unexpected value without repeating it, save for a few harmless words: it may be a name
    (R72).
    """
    if text in _WORDS:
        return f"'{text}'"
    if text.isdecimal():
        return f"a number of {len(text)} digits"
    return f"a text of {len(text)} characters"
