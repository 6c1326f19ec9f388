"""The messages that a step sends: computed from its events and the tasks it opened, queued beside its entries.

A payload holds ids, the alias and short codes, never a name: what is said to whom is composed at delivery,
under disclosure, and scanned (R72).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.events import AnyEvent, OrgTold, Overridden, Retracted
from kinfirst.core.gate import SEEING
from kinfirst.core.ledger import canonical
from kinfirst.core.task import Task
from kinfirst.records import keys

QUEUED = "queued"
REVIEW = "review_override"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message before it has a number: `seq` is the entry that caused it."""

    seq: int
    kind: str
    destination: str
    payload: dict[str, str]


def of_event(event: AnyEvent, *, seq: int, case: Case) -> tuple[Message, ...]:
    """An organisation is told; every organisation told before hears of a withdrawal (R45, R47, R50).

    Somebody breaks the glass while an earlier exception waits for its review: the authority hears of it too, though no
    new task opens (decision 0006).
    """
    if isinstance(event, OrgTold):
        return (_to_org("org", event.org, seq=seq, case=case),)
    if isinstance(event, Retracted):
        told = [org for org, state in case.orgs.items() if state.told is not None]
        return tuple(_to_org("void", org, seq=seq, case=case) for org in sorted(told))
    if isinstance(event, Overridden) and event.rule == SEEING and any(not one.reviewed for one in case.waivers):
        said = {"case": case.id, "alias": case.alias, "task": REVIEW, "name": REVIEW}
        return (Message(seq=seq, kind="page", destination="role:authority", payload=said),)
    return ()


def of_tasks(opened: Iterable[Task], *, seq: int, case: str, alias: str) -> tuple[Message, ...]:
    """A page for whoever holds a new task: the alias and the kind of task, nothing else (R18, R72)."""
    return tuple(
        Message(
            seq=seq,
            kind="page",
            destination=task.holder,
            payload={"case": case, "alias": alias, "task": task.kind, "name": task.name},
        )
        for task in opened
        if task.holder
    )


def rows(case: str, messages: Sequence[Message], *, after: int, at: int) -> tuple[tuple[Any, ...], ...]:
    """The outbox rows, numbered on from `after`; `at` in microseconds."""
    return tuple(row(case, message, number=after + place, at=at) for place, message in enumerate(messages, start=1))


def row(case: str, message: Message, *, number: int, at: int) -> tuple[Any, ...]:
    """One outbox row in the order of `store.MESSAGE`. Its id is the same whenever it is computed again."""
    id = sha256(f"{case}:{number}:{message.kind}:{message.destination}".encode()).hexdigest()[:32]
    body = canonical(message.payload).decode()
    fixed = (id, case, number, message.seq, message.kind, message.destination, body, at)
    moving = (QUEUED, 0, at, None, 0, "", "", None)
    return (*fixed, *moving, keys.mac("outbox", (*fixed, *moving)))


def _to_org(kind: str, org: str, *, seq: int, case: Case) -> Message:
    payload = {"case": case.id, "alias": case.alias, "org": org}
    return Message(seq=seq, kind=kind, destination=f"org:{org}", payload=payload)
