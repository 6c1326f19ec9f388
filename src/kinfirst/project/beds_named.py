"""`KINFIRST_BEDS`: the beds that `kinfirst serve` feeds itself.

`trauma-1=script:night@90 bed-2=wfdb:PATH bed-3=mllp:2575`: a generated story from its 90th second, a record, a port.
Parts are separated by blanks; a path with a blank in it is quoted as in a shell.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from kinfirst.bedside.bed import LONGEST_NAME, NAME
from kinfirst.core.errors import BadInput

VARIABLE = "KINFIRST_BEDS"
MOST = 256
LATEST_BEGIN = 3_600.0
HIGHEST_PORT = 65_535
WRITE = "write script:night, script:night@90, wfdb:PATH or mllp:2575"


class Scripted(msgspec.Struct, frozen=True):
    """A generated bed; `begin` is how many seconds into its story it begins."""

    name: str
    begin: float = 0.0


class Recorded(msgspec.Struct, frozen=True):
    """A WFDB record, played over and over."""

    path: Path


class Listened(msgspec.Struct, frozen=True):
    """A monitor that sends ORU messages over MLLP to this port of this machine."""

    port: int


class Named(NamedTuple):
    """One bed, and where its signal comes from. `case` is the id of the case it begins in."""

    bed: str
    source: Scripted | Recorded | Listened
    case: str | None = None
    realm: str = "live"


def read_beds(said: str) -> tuple[Named, ...]:
    """The beds in order. Refuses (BadInput) what cannot be read, a bed and a port named twice, and too many beds,
    saying which bed and what would be right."""
    try:
        parts = shlex.split(said)
    except ValueError:
        raise BadInput(f"{VARIABLE}: a quote is not closed") from None
    found = [_bed(part) for part in parts]
    if len(found) > MOST:
        raise BadInput(f"{VARIABLE}: at most {MOST} beds; use kinfirst bedside feed and work for more")
    if twice := _twice([one.bed for one in found]):
        raise BadInput(f"{VARIABLE}: {twice[0]} is named twice")
    if taken := _twice([one.source.port for one in found if isinstance(one.source, Listened)]):
        raise BadInput(f"{VARIABLE}: mllp:{taken[0]} is named twice; each bed needs a port of its own")
    return tuple(found)


def _bed(part: str) -> Named:
    bed, equals, source = part.partition("=")
    if not equals or len(bed) > LONGEST_NAME or not NAME.fullmatch(bed):
        raise BadInput(f"{VARIABLE}: write each bed as trauma-1=script:night, its name of letters, digits, - and _")
    try:
        return Named(bed, _source(source))
    except BadInput as wrong:
        raise BadInput(f"{VARIABLE}: {bed}: {wrong}") from None


def _source(said: str) -> Scripted | Recorded | Listened:
    kind, _, rest = said.partition(":")
    if kind == "script" and rest:
        return _scripted(rest)
    if kind == "wfdb" and rest:
        return Recorded(Path(rest))
    if kind == "mllp":
        if not (rest.isascii() and rest.isdecimal() and 0 < int(rest) <= HIGHEST_PORT):
            raise BadInput(f"mllp: a port from 1 to {HIGHEST_PORT}, such as mllp:2575")
        return Listened(int(rest))
    raise BadInput(WRITE)


def _scripted(said: str) -> Scripted:
    from kinfirst.bedside.scripts import script_named

    name, at, begin = said.partition("@")
    script_named(name)
    try:
        seconds = float(begin) if at else 0.0
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LATEST_BEGIN:
        raise BadInput(f"script: after @ the second of the story to begin at, 0 to {LATEST_BEGIN:g}")
    return Scripted(name, seconds)


_T = TypeVar("_T")


def _twice(several: list[_T]) -> list[_T]:
    return [one for at, one in enumerate(several) if one in several[:at]]
