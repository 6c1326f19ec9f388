"""Reading a pack from a file, finding a shipped one, and the edition that holds on a day (R16).

Every problem of a file is reported at once, with its file, line and key. Nothing half-read is ever returned.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.core.policy import Policy
from kinfirst.policies.positions import positions
from kinfirst.policies.problems import PackError, Problem
from kinfirst.policies.reading import Reading
from kinfirst.policies.values import suggestion

LARGEST = 1024 * 1024
PACKS = Path(__file__).parent / "packs"


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack that was read without a problem: the policy, the source of each value, and what is unverified.

    Keys of `sources` and `unverified` are dotted names. `document` is the file as TOML, for overrides; `lines` is
    where each key stands in it.
    """

    policy: Policy
    sources: dict[str, str]
    unverified: tuple[str, ...]
    path: str
    document: dict[str, Any]
    lines: dict[str, int] = {}


def load_pack(path: str | Path) -> Pack:
    """Read one pack. Raises PackError with every problem found."""
    name = str(path)
    text = _text(Path(path), name)
    document = _document(text, name)
    return _pack(document, name=name, lines=positions(text))


def _pack(document: dict[str, Any], *, name: str, lines: Mapping[str, int]) -> Pack:
    reading = Reading(document, file=name, lines=lines)
    policy = reading.policy()
    return Pack(
        policy=policy,
        sources=reading.sources,
        unverified=tuple(dict.fromkeys(reading.unverified)),
        path=name,
        document=document,
        lines=dict(lines),
    )


def _refuse(name: str, what: str, right: str, *, line: int = 0) -> PackError:
    return PackError([Problem(file=name, line=line, key="", what=what, right=right)])


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise _refuse(name, "is a folder.", "Name a pack file (.toml).") from None
    except (OSError, ValueError) as error:
        raise _refuse(name, f"cannot be read: {getattr(error, 'strerror', None) or 'no such path'}.", "") from None
    if len(raw) > LARGEST:
        raise _refuse(name, "is larger than 1 MiB.", "A pack is a few kilobytes; this is some other file.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refuse(name, "is not UTF-8 text.", "Save the file as UTF-8.", line=line) from None


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _refuse(name, "is nested too deeply.", "A pack has tables and lists, no more.") from None
    except ValueError as error:
        # The parser says "... (at line 3, column 5)", or "(at end of document)".
        found = re.search(r" \(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        what = re.sub(r" \(at .*\)$", "", str(error))[:200]
        raise _refuse(name, f"is not TOML: {what}.", "Correct the line, or the one before it.", line=line) from None


@lru_cache(maxsize=1)
def _shipped() -> dict[str, tuple[Pack, ...]]:
    return by_id(load_pack(path) for path in sorted(PACKS.glob("*.toml")))


def by_id(packs: Iterable[Pack]) -> dict[str, tuple[Pack, ...]]:
    """Packs by id, the editions of each oldest first.

    Raises PackError where two editions begin on one day: nobody could say which of them holds.
    """
    found: dict[str, dict[date, Pack]] = {}
    problems: list[Problem] = []
    for pack in packs:
        editions = found.setdefault(pack.policy.id, {})
        known = editions.setdefault(pack.policy.effective, pack)
        if known is not pack:
            what = f"is the day on which another edition of '{pack.policy.id}' begins: {Path(known.path).name}."
            right = "Give each edition a first day of its own."
            problems.append(
                Problem(file=pack.path, line=pack.lines.get("effective", 0), key="effective", what=what, right=right)
            )
    if problems:
        raise PackError(problems)
    return {name: tuple(found[name][day] for day in sorted(found[name])) for name in sorted(found)}


def shipped() -> dict[str, tuple[Pack, ...]]:
    """Every shipped pack by id, its editions oldest first."""
    return dict(_shipped())


def edition_for(name: str, day: date) -> Pack:
    """The edition of a shipped pack that holds on a day (R16).

    Raises BadInput for an unknown pack, and for a day before the first edition: no edition is guessed.
    """
    packs = _shipped()
    if name not in packs:
        raise BadInput(f"There is no policy pack '{name}'. {suggestion(name, tuple(packs))}")
    valid = [pack for pack in packs[name] if pack.policy.effective <= day]
    if not valid:
        first = packs[name][0].policy.effective
        raise BadInput(f"The policy pack '{name}' begins on {first}; it says nothing about {day}.")
    return valid[-1]


def with_overrides(pack: Pack, overrides: Mapping[str, Any]) -> Pack:
    """The pack with some keys changed, read and judged like any other: `{"team.min": 1}`.

    Raises PackError naming each key that cannot be so.
    """
    document = copy.deepcopy(pack.document)
    for name, value in overrides.items():
        *tables, last = name.split(".")
        here = document
        for table in tables:
            inner = here.setdefault(table, {})
            if not isinstance(inner, dict):
                raise _refuse(pack.path, f"'{name}' is not a key of a pack.", "See docs/reference/policy-keys.md.")
            here = inner
        here[last] = value
    changed = _pack(document, name=f"{pack.path} with overrides", lines={})
    sources = changed.sources | dict.fromkeys(overrides, "Changed for this play.")
    verified = tuple(key for key in changed.unverified if key not in overrides)
    return msgspec.structs.replace(changed, path=pack.path, sources=sources, unverified=verified)
