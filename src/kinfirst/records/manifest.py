"""A manifest brought into the record: everybody of one event entered, and a case opened for each.

What was checked (manifest_check) is written: people and the event are entered, so that the first case knows
of the last person; then the cases are opened, batch after batch. Each line has a key of its own: a run that was cut off
goes on where it was, and a run that is done does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec
from django.db import transaction

from kinfirst.core.commands import OpenCase
from kinfirst.core.identity import look_alikes
from kinfirst.interop.manifest import Entry, Manifest
from kinfirst.people import changes, registry
from kinfirst.people import facts as registry_facts
from kinfirst.people.changes import Keeper
from kinfirst.records import policies, repeats, store
from kinfirst.records.actions import NO_ALIAS, Given, Outcome
from kinfirst.records.errors import LostRace, RecordUnavailable, clear_errors
from kinfirst.records.manifest_check import Event, asked_of, case_key, new_person, person_key
from kinfirst.records.opening_many import Opener, Opening
from kinfirst.records.snapshots import case_of
from kinfirst.records.writing import whole

BATCH = 500
Progress = Callable[[str, int, int], None]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line. `like`: the key of a line that could be mistaken for it, or the id of somebody else of
    the event (R11); empty where there is none."""

    line: int
    key: str
    did: Literal["opened", "seen", "refused"]
    case: str | None = None
    alias: str = ""
    what: str = ""
    like: str = ""


def take(manifest: Manifest, *, given: Given, event: Event, progress: Progress) -> list[Told]:
    """Enters and opens everybody of a manifest that was checked, and says what became of each line.

    `progress` is told what is being done, how many are done, and of how many. Raises KinfirstError when the record
    cannot be written: what was done before that stays, and the next run goes on from there.
    """
    lines = manifest.entries
    with clear_errors():
        _enter_event(given, event)
        people = _entered(lines, given, event, progress)
        outcomes = _opened(lines, people, given, event, progress)
        return _told(lines, outcomes, people)


def _enter_event(given: Given, event: Event) -> None:
    keeper = Keeper(realm=given.realm, by=given.by, now=given.now)
    known = registry_facts.event_of(given.realm, event.code)
    if known is not None and known.closed == event.closed:
        return
    with transaction.atomic():
        if known is None:
            registry.add_event(given.realm, event.code, (), closed=event.closed)
        else:
            registry.close_event(given.realm, event.code, closed=event.closed)
        what = "added" if known is None else "changed"
        changes.write(keeper, "event", what, about=event.code, fields=("people", "closed"))


def _entered(lines: Sequence[Entry], given: Given, event: Event, progress: Progress) -> dict[str, str]:
    """Who each line is, by its key; those who are not in the registry are entered, and all are listed in the event."""
    found: dict[str, str] = {}
    for batch in _batches(lines):
        found |= _again(lambda batch=batch: _entered_once(batch, given, event))  # type: ignore[misc]
        progress("entered", len(found), len(lines))
    return found


def _entered_once(batch: Sequence[Entry], given: Given, event: Event) -> dict[str, str]:
    with whole():
        store.hold_realm(given.realm)
        known = repeats.find_many(given.realm, (person_key(event, one.key) for one in batch))
        found = {one.key: one.person for one in batch if one.person is not None}
        for one in batch:
            if (kept := known.get(person_key(event, one.key))) is not None:
                found[one.key] = repeats.outcome(kept).answer or ""
        new = [one for one in batch if one.key not in found]
        ids = registry.add_people(given.realm, [new_person(one) for one in new])
        found.update((one.key, id) for one, id in zip(new, ids, strict=True))
        registry.add_members(given.realm, event.code, list(found.values()))
        kept_now = {person_key(event, one.key): (asked_of(one), _answer(found[one.key])) for one in new}
        repeats.keep_many(given.realm, kept_now, at=given.now)
    return found


def _opened(
    lines: Sequence[Entry], people: dict[str, str], given: Given, event: Event, progress: Progress
) -> list[Outcome]:
    opener, found = Opener(given, event.code), list[Outcome]()
    for batch in _batches(lines):
        openings = [
            Opening(
                do=OpenCase(casualty=people[one.key], alias=one.alias or NO_ALIAS, event=event.code, state=one.state),
                key=case_key(event, one.key),
                asked=asked_of(one),
            )
            for one in batch
        ]
        found += opener.open(openings)
        progress("opened", len(found), len(lines))
    return found


def _told(lines: Sequence[Entry], outcomes: Sequence[Outcome], people: dict[str, str]) -> list[Told]:
    """With the first look-alike of each, as its own case has it."""
    cases = [outcome.case for outcome in outcomes if outcome.case is not None]
    seen = {
        row.id: row for start in range(0, len(cases), BATCH) for row in store.load_many(cases[start : start + BATCH])
    }
    editions = {digest: policies.policy(digest) for digest in {row.policy_digest for row in seen.values()}}
    key_of = {who: key for key, who in people.items()}
    found = []
    for one, outcome in zip(lines, outcomes, strict=True):
        reasons = outcome.refusal.reasons if outcome.refusal is not None else ()
        told = Told(
            line=one.line,
            key=one.key,
            did="refused" if reasons else "seen" if outcome.repeated else "opened",
            case=outcome.case,
            what=" ".join(f"{reason.rule}: {reason.text}" for reason in reasons),
        )
        row = seen.get(outcome.case or "")
        if row is not None:
            state = case_of(row)
            alike = look_alikes(state, editions[row.policy_digest].identity.look_alike_years)
            like = key_of.get(alike[0].person, alike[0].person) if alike else ""
            told = msgspec.structs.replace(told, alias=state.alias, like=like)
        found.append(told)
    return found


def _again(work: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Once more after a lost race; RecordUnavailable after the second."""
    try:
        return work()
    except LostRace:
        pass
    try:
        return work()
    except LostRace as wrong:
        raise RecordUnavailable("somebody else brings in the same manifest: wait for them, then try again") from wrong


def _batches(lines: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    return (lines[start : start + BATCH] for start in range(0, len(lines), BATCH))


def _answer(person: str) -> repeats.Kept:
    return repeats.Kept(case=None, ledger=None, first=0, seq=0, refusal=None, answer=person)
