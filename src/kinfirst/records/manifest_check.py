"""What stands in the way of a manifest: everything at once, by line and column, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kinfirst.core.commands import OpenCase
from kinfirst.core.errors import BadInput
from kinfirst.core.ledger import canonical
from kinfirst.interop.manifest import OF_PERSON, Entry, Manifest, Problem
from kinfirst.people import entries, registry
from kinfirst.people import facts as registry_facts
from kinfirst.people.crypto import folded
from kinfirst.people.plain import rows_of
from kinfirst.people.registry import NewPerson
from kinfirst.records import models, repeats, screening
from kinfirst.records.actions import NO_ALIAS, Given
from kinfirst.records.errors import clear_errors


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The event of a manifest: its code, and whether everybody in it is on the list (R13, R63)."""

    code: str
    closed: bool = False


def checked(manifest: Manifest, *, given: Given, event: Event) -> tuple[Problem, ...]:
    """Everything that stands in the way, the file's own problems with it, by line. Nothing is written.

    Raises BadInput for an event whose code cannot be kept.
    """
    entries.code(event.code, "event", limit=64)
    found = list(manifest.problems)
    with clear_errors():
        found += _Check(manifest.entries, given, event).problems()
    return tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))


class _Check:
    """What the registry and the record have against these lines."""

    def __init__(self, lines: Sequence[Entry], given: Given, event: Event) -> None:
        self.lines, self.given, self.event = lines, given, event
        keys = [key(event, one.key) for one in lines for key in (person_key, case_key)]
        self.kept = repeats.find_many(given.realm, keys)

    def problems(self) -> Iterator[Problem]:
        """One after another."""
        yield from self._kept_otherwise()
        fresh = [one for one in self.lines if case_key(self.event, one.key) not in self.kept]
        yield from self._people(fresh)
        yield from self._namesakes([one for one in fresh if person_key(self.event, one.key) not in self.kept])
        yield from self._cases(fresh)

    def _kept_otherwise(self) -> Iterator[Problem]:
        for one in self.lines:
            for key in (case_key, person_key):
                row = self.kept.get(key(self.event, one.key))
                if row is not None and not same(row, one):
                    what = "this key came before with other values: correct the person in the registry, not here"
                    yield Problem(line=one.line, column="key", what=what)
                    break

    def _people(self, lines: Sequence[Entry]) -> Iterator[Problem]:
        named = registry_facts.persons((one.person for one in lines if one.person), realm=self.given.realm)
        first: dict[str, int] = {}
        for one in lines:
            if one.person is None:
                try:
                    entries.checked(new_person(one))
                except BadInput as wrong:
                    column, _, what = str(wrong).partition(": ")
                    yield Problem(line=one.line, column=column, what=what)
            elif one.person not in named:
                yield Problem(line=one.line, column="person", what="nobody in this address book has this id")
            elif first.setdefault(one.person, one.line) != one.line:
                yield Problem(line=one.line, column="person", what=f"the same as in line {first[one.person]}")
            elif one.person == self.given.by:
                yield Problem(line=one.line, column="person", what="nobody opens a case for themselves (R01)")

    def _namesakes(self, lines: Sequence[Entry]) -> Iterator[Problem]:
        """The same name and date of birth twice is one person, unless somebody says that it is two (R64)."""
        asked = [one for one in lines if one.name and not one.new]
        first: dict[tuple[str, object], int] = {}
        taken = _namesakes(self.given.realm, asked)
        for one in asked:
            as_known = (folded(one.name or ""), one.born)
            if first.setdefault(as_known, one.line) != one.line:
                what = (
                    f"the same name and date of birth as in line {first[as_known]}: write yes in `new` if it is another"
                )
                yield Problem(line=one.line, column="name", what=what)
            elif one.line in taken:
                what = "in the registry with this date of birth: write their id in `person`, or yes in `new`"
                yield Problem(line=one.line, column="name", what=what)

    def _cases(self, lines: Sequence[Entry]) -> Iterator[Problem]:
        """What would stand in the way of the cases: aliases and casualties that are taken, a name in an alias."""
        asked = [
            OpenCase(casualty=one.person, alias=one.alias or NO_ALIAS, event=None, state=one.state) for one in lines
        ]
        known = screening.taken(asked, realm=self.given.realm)
        for one, do in zip(lines, asked, strict=True):
            said = screening.opening(do, known)
            if one.alias and one.name and screening.says_name(one.alias, (one.name,)):
                said.append(screening.argument("alias", "holds part of the casualty's name"))
            for reason in dict.fromkeys(reason.text for reason in said):
                column = "alias" if reason.startswith("`alias`") else "person"
                yield Problem(line=one.line, column=column, what=reason.partition("` ")[2].rstrip("."))
            if one.alias:
                known.aliases.add(one.alias.casefold())


def new_person(one: Entry) -> NewPerson:
    """The person of a line, as the registry enters them."""
    said = {name: getattr(one, name) for name in OF_PERSON if name != "new"}
    return NewPerson(**{**said, "name": one.name or ""})


def _namesakes(realm: str, lines: Sequence[Entry]) -> set[int]:
    """The lines whose name and date of birth somebody in the registry has."""
    indexes = registry.name_indexes(one.name or "" for one in lines)
    found = rows_of(
        "SELECT name_index, born FROM people_person WHERE name_index IN {ids} AND realm_id = %s",
        (index for some in indexes for index in some),
        (realm,),
    )
    there = {(index, str(born) if born is not None else None) for index, born in found}
    return {
        one.line
        for one, some in zip(lines, indexes, strict=True)
        if any((index, one.born.isoformat() if one.born else None) in there for index in some)
    }


def asked_of(one: Entry) -> str:
    """A keyed digest of what a line says, wherever in the file and whoever brings it."""
    return repeats.asked(_wording(one), by="", case=None)


def same(row: models.Answered, one: Entry) -> bool:
    """Whether what is kept under a key is what this line says."""
    return repeats.same_command(row, _wording(one), by="", case=None)


def _wording(one: Entry) -> str:
    return canonical(msgspec.structs.replace(one, line=0)).decode()


def person_key(event: Event, key: str) -> str:
    """Under which key it is kept who a line is."""
    return f"manifest-person:{event.code}:{key}"


def case_key(event: Event, key: str) -> str:
    """Under which key it is kept which case a line has."""
    return f"manifest:{event.code}:{key}"
