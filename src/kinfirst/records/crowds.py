"""Everybody of an event with how far their own case has come, as `core.bearing` asks for them.

Two kinds: one that asks the database for the first of each (a single command on one case of thousands), and one that
is held whole and kept up to date (a manifest, which opens a case for each). Somebody belongs to an event who is listed
in the registry, or is the casualty of a case of it. Of several cases of one person the oldest id counts, one that was
not retracted before one that was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from heapq import merge
from typing import Any

import msgspec

from kinfirst.core.bearing import Everybody
from kinfirst.core.facts import EventMember, Person
from kinfirst.people.plain import chunks, marks, rows, rows_of
from kinfirst.records.moments import maybe_moment, micros

FIRST_PAGE, LARGER = 20, 10
_YEAR = timedelta(days=367)
_COME = (
    "SELECT casualty, state, level, two_identifiers, kin_settled, retracted FROM records_case WHERE realm = %s "
    "AND event = %s AND id <> %s"
)
# The one that counts comes last, and so stays when they are put into a dictionary.
_LAST = "ORDER BY retracted DESC, id DESC"


class Asked:
    """The event of one case, as the database has it. `own` is that case, which says nothing of itself to itself."""

    def __init__(self, realm: str, event: str, own: str) -> None:
        """`event` is the code of an event of the registry."""
        self._case = (realm, event, own)
        self._event = _number(realm, event)
        self._unlisted = unlisted(realm, event, own=own)

    def named(self, who: Collection[str]) -> Iterable[EventMember]:
        """As `core.bearing.Crowd` says."""
        sql = "SELECT person_id FROM people_eventperson WHERE person_id IN {ids} AND event_id = %s"
        return self._of({id for (id,) in rows_of(sql, who, (self._event,))} | (self._unlisted & set(who)))

    def like(self, me: Person, years: int) -> Iterable[EventMember]:
        """As `core.bearing.Crowd` says: read page by page, for the first will mostly do."""
        where, values = "", list[Any]()
        if me.sex is not None:
            where, values = " AND p.sex IN ('', %s)", [me.sex]
        if me.born is not None:
            where += " AND (p.born IS NULL OR p.born BETWEEN %s AND %s)"
            values += [_years(me.born, -years), _years(me.born, years)]
        return merge(self._pages(where, values), self._of(self._unlisted), key=_by_id)

    def waiting(self) -> Iterable[EventMember]:
        """As `core.bearing.Crowd` says."""
        realm, event, own = self._case
        sql = (
            "SELECT casualty FROM records_case WHERE realm = %s AND event = %s AND casualty > %s AND id <> %s "
            "AND kin_settled IS NULL AND NOT retracted AND state IN ('deceased', 'believed_dead') "
            "ORDER BY casualty LIMIT %s"
        )
        last, size = "", FIRST_PAGE
        while found := [who for (who,) in rows(sql, [realm, event, last, own, size])]:
            yield from self._of(set(found))
            last, size = found[-1], size * LARGER

    def told(self) -> EventMember | None:
        """As `core.bearing.Crowd` says. The latest are read first: further ones can only have been told before."""
        realm, event, own = self._case
        sql = (
            "SELECT casualty, kin_settled FROM records_case WHERE realm = %s AND event = %s AND id <> %s "
            "AND kin_settled IS NOT NULL AND casualty <> '' ORDER BY kin_settled DESC, casualty DESC LIMIT %s OFFSET %s"
        )
        crowd, last, start, size = Everybody(), None, 0, FIRST_PAGE
        while found := rows(sql, [realm, event, own, size, start]):
            for member in self._of({who for who, _ in found}):
                crowd.put(member)
            last = crowd.told()
            if last is not None and last.kin_settled is not None and micros(last.kin_settled) >= found[-1][1]:
                break
            start, size = start + size, size * LARGER
        return last

    def _of(self, who: Collection[str]) -> Iterator[EventMember]:
        yield from self._come(
            list(rows_of("SELECT id, born, sex FROM people_person WHERE id IN {ids} ORDER BY id", who))
        )

    def _pages(self, where: str, values: Sequence[Any]) -> Iterator[EventMember]:
        sql = (
            "SELECT p.id, p.born, p.sex FROM people_eventperson m JOIN people_person p ON p.id = m.person_id "
            f"WHERE m.event_id = %s AND m.person_id > %s{where} ORDER BY m.person_id LIMIT %s"
        )
        last, size = "", FIRST_PAGE
        while found := rows(sql, [self._event, last, *values, size]):
            yield from self._come(found)
            last, size = found[-1][0], size * LARGER

    def _come(self, people: Sequence[tuple[Any, ...]]) -> Iterator[EventMember]:
        """These people (id, birth, sex), each with how far their case has come."""
        cases = {
            case[0]: case[1:]
            for chunk in chunks(row[0] for row in people)
            for case in rows(f"{_COME} AND casualty IN {marks(len(chunk))} {_LAST}", [*self._case, *chunk])
        }
        return (_member((*row, row[0] in cases, *cases.get(row[0], (None,) * 5))) for row in people)


class Held(Everybody):
    """The whole of an event, read once. `refresh` takes in what others have changed since."""

    def __init__(self, realm: str, event: str) -> None:
        """`event` is its code."""
        super().__init__()
        self.realm, self.event = realm, event
        self._seen: dict[str, tuple[Any, ...]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Reads every member and case as bare rows, and takes in those that differ."""
        realm, event = self.realm, self.event
        listed = rows(
            "SELECT p.id, p.born, p.sex FROM people_eventperson m JOIN people_person p ON p.id = m.person_id "
            "WHERE m.event_id = %s",
            [_number(realm, event)],
        )
        people = {who: (born, sex) for who, born, sex in listed}
        sql = "SELECT id, born, sex FROM people_person WHERE id IN {ids}"
        people |= {who: (born, sex) for who, born, sex in rows_of(sql, unlisted(realm, event))}
        cases = rows(f"{_COME} AND casualty <> '' {_LAST}", [realm, event, ""])
        come = {who: case for who, *case in cases}
        for who, said in people.items():
            row = (who, *said, who in come, *come.get(who, (None,) * 5))
            if self._seen.get(who) != row:
                self._seen[who] = row
                self.put(_member(row))


def unlisted(realm: str, event: str, *, own: str = "") -> set[str]:
    """The casualties of cases of an event whom nobody has listed in it."""
    found = rows(
        "SELECT c.casualty, c.id FROM records_case c WHERE c.realm = %s AND c.event = %s AND c.casualty <> '' "
        "AND NOT EXISTS (SELECT 1 FROM people_eventperson m WHERE m.event_id = %s AND m.person_id = c.casualty)",
        [realm, event, _number(realm, event)],
    )
    return {who for who, case in found if case != own}


def _number(realm: str, event: str) -> int:
    """The row of an event; none has a number below 0."""
    found = rows("SELECT id FROM people_event WHERE realm_id = %s AND code = %s", [realm, event])
    return int(found[0][0]) if found else -1


def _member(row: Iterable[Any]) -> EventMember:
    who, born, sex, case, state, level, two, settled, retracted = row
    known = EventMember(person=who, born=date.fromisoformat(born) if isinstance(born, str) else born, sex=sex or None)
    if not case:
        return known
    return msgspec.structs.replace(
        known,
        case=True,
        state=state,
        level=level,
        two_identifiers=bool(two),
        kin_settled=maybe_moment(settled),
        retracted=bool(retracted),
    )


def _by_id(member: EventMember) -> str:
    return member.person


def _years(born: date, years: int) -> date:
    """A day so many years from a birth, rather too far than not far enough."""
    try:
        return born + _YEAR * years
    except OverflowError:
        return date.max if years > 0 else date.min
