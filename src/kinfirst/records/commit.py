"""From events to a move: entries with their digests, the new state, and all that follows from both.

Nothing here decides and nothing is written; `store.write` does that, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from kinfirst.core import ledger
from kinfirst.core.case import Case
from kinfirst.core.cover import tasks_house
from kinfirst.core.events import AnyEvent
from kinfirst.core.fold import fold
from kinfirst.core.house import House
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.policy import Policy
from kinfirst.core.task import Task
from kinfirst.core.tasks import tasks
from kinfirst.records import outgoing, summary
from kinfirst.records.chance import spoken
from kinfirst.records.moments import micros, moment
from kinfirst.records.notes import Notepad
from kinfirst.records.snapshots import case_event, house_event, pack, written
from kinfirst.records.store import Line, Move, Row

HOUSE_NAME = "house"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What happened: events in order, when, by whom, and the notes they may carry.

    `before` are the tasks that were open until then, where the caller has them already.
    """

    events: Sequence[AnyEvent]
    at: datetime
    by: str
    notes: Notepad | None = None
    before: Sequence[Task] | None = None


class Visiting(msgspec.Struct, frozen=True, kw_only=True):
    """One notifier of record of one place: the row of `records_visit` but for case and realm."""

    place: str
    person: str
    lead: str
    reference: str
    open: bool


def case_move(row: Row, state: Case, policy: Policy, step: Step) -> tuple[Move, Case]:
    """The move of a casualty's case, and the state it leads to."""
    lines: list[Line] = []
    sent: list[outgoing.Message] = []
    after, head = state, row.head
    for seq, event in enumerate(step.events, start=row.seq + 1):
        data = written(event)
        kept = case_event(data)
        sent += outgoing.of_event(kept, seq=seq, case=after)
        after = fold(after, kept, at=step.at, by=step.by)
        lines.append(_line(row, (seq, data), head, step))
        head = lines[-1].digest
    before, now = tasks(state, policy) if step.before is None else step.before, tasks(after, policy)
    opened = _opened(before, now)
    sent += outgoing.of_tasks(opened, seq=_last(row, lines), case=row.id, alias=after.alias)
    move = Move(
        after=_row(row, lines, pack(after), len(sent)),
        columns=summary.of_case(after, policy, now),
        lines=tuple(lines),
        tasks=_task_rows(row.id, before, now),
        tasks_gone=_gone(before, now),
        visits=_visit_rows(row, visits(state), visits(after)),
        visits_gone=tuple(sorted(set(visits(state)) - set(visits(after)))),
        notes=_note_rows(step, lines),
        messages=outgoing.rows(row.id, sent, after=row.outbox_count, at=micros(step.at)),
    )
    return move, after


def house_move(row: Row, house: House, step: Step) -> tuple[Move, House]:
    """The move of the house's own ledger, and the house it leads to."""
    lines: list[Line] = []
    after, head = house, row.head
    for seq, event in enumerate(step.events, start=row.seq + 1):
        data = written(event)
        after = fold_house(after, house_event(data), at=step.at, by=step.by)
        lines.append(_line(row, (seq, data), head, step))
        head = lines[-1].digest
    before, now = tasks_house(house), tasks_house(after)
    sent = outgoing.of_tasks(_opened(before, now), seq=_last(row, lines), case=row.id, alias=HOUSE_NAME)
    move = Move(
        after=_row(row, lines, pack(after), len(sent)),
        columns=summary.of_house(after, now),
        lines=tuple(lines),
        tasks=_task_rows(row.id, before, now),
        tasks_gone=_gone(before, now),
        notes=_note_rows(step, lines),
        messages=outgoing.rows(row.id, sent, after=row.outbox_count, at=micros(step.at)),
    )
    return move, after


def opened_by(move: Move, before: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks that a move opens, in their order."""
    known = {task.name for task in before}
    new = (row[2:] for row in move.tasks if row[1] not in known)
    return tuple(
        Task(kind=kind, about=about, holder=holder, opened=moment(opened), due=moment(due))
        for kind, about, holder, opened, due in new
    )


def visits(case: Case) -> dict[str, Visiting]:
    """The notifiers of record of a case by place; open while the place waits for them (R31, R32)."""
    over = case.closing.closed or case.retracted is not None
    found: dict[str, Visiting] = {}
    for id, assignment in case.assigned.items():
        place = case.chain.find(id) if case.chain else None
        found[id] = Visiting(
            place=id,
            person=(place.person if place else None) or "",
            lead=assignment.lead,
            reference=spoken(assignment.reference or ""),
            open=not over and id not in case.told,
        )
    return found


def task_row(case: str, task: Task) -> tuple[Any, ...]:
    """A task in the order of `store.TASK`."""
    return (case, task.name, task.kind, task.about, task.holder, micros(task.opened), micros(task.due))


def visit_row(case: str, realm: str, visit: Visiting) -> tuple[Any, ...]:
    """A visit in the order of `store.VISIT`."""
    return (case, visit.place, realm, visit.person, visit.lead, visit.reference, visit.open)


def _line(row: Row, place: tuple[int, bytes], head: bytes, step: Step) -> Line:
    seq, data = place
    kind = msgspec.json.decode(data, type=_Kind).kind
    entry = ledger.envelope(row.id, seq, at=step.at, actor=step.by, kind_and_data=(kind, data))
    return Line(
        seq=seq,
        at=micros(step.at),
        actor=step.by,
        kind=kind,
        data=data.decode(),
        digest=ledger.digest(head, entry),
    )


class _Kind(msgspec.Struct):
    kind: str


def _last(row: Row, lines: Sequence[Line]) -> int:
    return lines[-1].seq if lines else row.seq


def _row(row: Row, lines: Sequence[Line], snapshot: bytes, sent: int) -> Row:
    return msgspec.structs.replace(
        row,
        version=row.version + 1,
        seq=_last(row, lines),
        head=lines[-1].digest if lines else row.head,
        snapshot=snapshot,
        outbox_count=row.outbox_count + sent,
    )


def _opened(before: Sequence[Task], now: Sequence[Task]) -> tuple[Task, ...]:
    known = {task.name for task in before}
    return tuple(task for task in now if task.name not in known)


def _gone(before: Sequence[Task], now: Sequence[Task]) -> tuple[str, ...]:
    return tuple(sorted({task.name for task in before} - {task.name for task in now}))


def _task_rows(case: str, before: Sequence[Task], now: Sequence[Task]) -> tuple[tuple[Any, ...], ...]:
    known = {task.name: task for task in before}
    return tuple(task_row(case, task) for task in now if known.get(task.name) != task)


def _visit_rows(row: Row, before: dict[str, Visiting], now: dict[str, Visiting]) -> tuple[tuple[Any, ...], ...]:
    return tuple(visit_row(row.id, row.realm, visit) for id, visit in now.items() if before.get(id) != visit)


def _note_rows(step: Step, lines: Sequence[Line]) -> tuple[tuple[Any, ...], ...]:
    return step.notes.rows("".join(line.data for line in lines)) if step.notes else ()
