"""What can be said of a command before any rule is asked: arguments that cannot be meant.

Every finding is an `argument` refusal naming the argument (engine.md section 1), never repeating its value:
what was typed there may be somebody's name (R72).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from kinfirst.core.commands import AnyDo, Assign, OpenCase
from kinfirst.core.errors import Reason
from kinfirst.core.facts import Person
from kinfirst.people import registry
from kinfirst.people.plain import rows_of
from kinfirst.records import models
from kinfirst.records.chance import spoken
from kinfirst.records.gathering import SYSTEM, event_known, named

_SHORTEST_NAME = 3
_LONG_NAME = 4
_EARLIEST, _LATEST = 1900, 2200
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_NAMED = re.compile(r"(?:required|unknown) field `(?P<path>[^`]*)`")
_SAFE = re.compile(r"^[A-Za-z_][A-Za-z0-9_.\[\]]{0,60}$")


def unreadable(wrong: msgspec.ValidationError) -> Reason:
    """Why the arguments could not be read: which argument, and what was expected there."""
    said = str(wrong)
    found = _AT.search(said) or _NAMED.search(said)
    path = found["path"] if found else ""
    path = path if _SAFE.match(path) else ""
    if said.startswith("Invalid enum value"):
        what = "is none of the words that this command knows"
    elif "missing required" in said:
        what = "is missing"
    elif "unknown field" in said:
        what = "is not an argument of this command"
    else:
        what = f"cannot be read: {_AT.sub('', said).lower()}"
    return _reason(path or "an argument", what)


def bad_values(do: AnyDo) -> list[Reason]:
    """Moments without a zone or out of all reason; text that no database and no printer can keep."""
    found: list[Reason] = []
    for path, value in _leaves(do):
        if isinstance(value, datetime):
            if value.tzinfo is None:
                found.append(_reason(path, "needs its time zone"))
            elif not _EARLIEST <= value.year <= _LATEST:
                found.append(_reason(path, f"is not a year between {_EARLIEST} and {_LATEST}"))
        elif isinstance(value, str) and not keepable(value):
            found.append(_reason(path, "holds characters that are no text"))
    return found


def in_utc(do: AnyDo) -> AnyDo:
    """The same command with every moment in UTC."""
    moments = {
        name: value.astimezone(UTC)
        for name in type(do).__struct_fields__
        if isinstance(value := getattr(do, name), datetime)
    }
    return msgspec.structs.replace(do, **moments) if moments else do


def unknown_people(do: AnyDo, *, by: str, name: str, people: dict[str, Person]) -> list[Reason]:
    """Ids that are nobody's in this realm (R68)."""
    found = [
        _reason(one.argument, "names somebody who is not in the registry of this realm")
        for one in named(do, name)
        if one.id not in people
    ]
    if by not in people and by != SYSTEM:
        found.append(_reason("by", "is not in the registry of this realm"))
    return found


class Taken(msgspec.Struct, kw_only=True):
    """What new cases of a realm must not collide with: aliases and casualties of open cases; and what their
    casualties are called, so that no alias says it (R64). It is added to as cases are opened."""

    aliases: set[str]
    casualties: set[str]
    events: set[str]
    names: dict[str, str]
    codes: dict[str, str]

    def add(self, do: OpenCase) -> None:
        """A case was opened."""
        self.aliases.add(do.alias.casefold())
        self.casualties.update((do.casualty,) if do.casualty else ())


def taken(asked: Sequence[OpenCase], *, realm: str) -> Taken:
    """What there is already of all that these new cases bring, in a fixed number of queries."""
    still = "realm = %s AND kind = 'case' AND NOT closed AND NOT retracted"
    casualties = {do.casualty for do in asked if do.casualty}
    aliases = rows_of(
        f"SELECT alias_key FROM records_case WHERE alias_key IN {{ids}} AND {still}",
        {do.alias.casefold() for do in asked},
        (realm,),
    )
    have = rows_of(f"SELECT casualty FROM records_case WHERE casualty IN {{ids}} AND {still}", casualties, (realm,))
    events = {do.event for do in asked if do.event}
    return Taken(
        aliases={alias for (alias,) in aliases},
        casualties={who for (who,) in have},
        events={event for event in events if event_known(realm, event)},
        names=registry.names(casualties),
        codes=registry.code_names(casualties),
    )


def opening(do: OpenCase, known: Taken) -> list[Reason]:
    """A new case needs an alias of its own that says nothing, and a casualty without an open case (R64)."""
    found: list[Reason] = []
    if do.alias.casefold() in known.aliases:
        found += _unfit_alias("belongs to another open case: choose another")
    if do.casualty and do.casualty in known.casualties:
        found.append(_reason("casualty", "already has an open case: work on that one"))
    if do.casualty and _gives_away(do.alias, do.casualty, known):
        found += _unfit_alias("holds part of the casualty's name: choose another, or none for a random one")
    if do.event and do.event not in known.events:
        found.append(_reason("event", "is not in the registry of this realm"))
    return found


def _unfit_alias(what: str) -> list[Reason]:
    """An alias that would be mixed up, or that says who it is, breaks R64 as well."""
    return [_reason("alias", what), Reason(rule="R64", text=f"`alias` {what}.")]


def assigning(do: Assign, *, realm: str, case: str) -> list[Reason]:
    """A reference stands for one visit only, or a family is told yes for another's (R32)."""
    taken = models.Visit.objects.filter(realm=realm, reference=spoken(do.reference or "")).exclude(
        case_id=case, place=do.place
    )
    if do.reference and taken.exists():
        return [_reason("reference", "belongs to another visit: leave it out to be given one")]
    return []


def _gives_away(alias: str, casualty: str, known: Taken) -> bool:
    """Whether an alias says the name; the code name the registry has for somebody is theirs to be called by."""
    if alias.casefold() == known.codes.get(casualty, "").casefold():
        return False
    return casualty in known.names and says_name(alias, (known.names[casualty],))


def says_name(alias: str, names: Iterable[str]) -> bool:
    """Whether an alias gives away a name: one of its words is a word of the name, or a long one is inside."""
    spoken = alias.casefold()
    words = set(_words(spoken))
    return any(
        word in words or (len(word) >= _LONG_NAME and word in spoken)
        for name in names
        for word in _words(name.casefold())
        if len(word) >= _SHORTEST_NAME
    )


def argument(name: str, what: str) -> Reason:
    """One `argument` reason."""
    return _reason(name, what)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _reason(name: str, what: str) -> Reason:
    return Reason(rule="argument", text=f"`{name}` {what}.")


def keepable(text: str) -> bool:
    """Whether both databases can hold it: no NUL, and letters that have a form in UTF-8."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, msgspec.Struct):
        for name in type(value).__struct_fields__:
            shown = name.rstrip("_")
            yield from _leaves(getattr(value, name), f"{path}.{shown}" if path else shown)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}[{number}]")
    else:
        yield path, value
